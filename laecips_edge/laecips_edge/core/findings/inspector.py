"""From the label maps of successive frames to findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.findings.finding import Finding, FrameFindings
from laecips_edge.core.findings.finding_settings import FindingSettings
from laecips_edge.core.findings.finding_tracker import (
    FindingState,
    FindingTracker,
    TrackedRegion,
)
from laecips_edge.core.findings.label_regions import LabelRegion, label_regions
from laecips_edge.core.findings.pinhole import Intrinsics, metric_size
from laecips_edge.core.image.camera_model import CameraInfo
from laecips_edge.core.image.fitting import fit_depth

_NEVER: Final = FrameFindings(stamp_ns=0, frame_id="", picture=(0, 0), findings=())


class Inspector:
    """Finds, follows and measures regions. Not for several threads.

    Args:
        settings: what is a finding.
        labels: names of the classes whose regions are findings, by index.
        first_id: id of the first finding.
    """

    def __init__(
        self, settings: FindingSettings, labels: Mapping[int, str], *, first_id: int = 1
    ) -> None:
        self._settings = settings
        self._labels = dict(labels)
        self._tracker = FindingTracker(
            confirm=settings.confirm,
            looks=settings.looks,
            forget=settings.forget,
            first_id=first_id,
        )
        self._open: dict[int, Finding] = {}
        self._last = _NEVER

    def look(
        self,
        label_map: NDArray[np.uint8],
        confidence_map: NDArray[np.uint8] | None,
        *,
        stamp_ns: int,
        frame_id: str,
        trust: float,
        source: str,
        version: int,
        depth: NDArray[np.uint16] | None = None,
        camera: CameraInfo | None = None,
    ) -> FrameFindings:
        """Return the findings that a frame shows, and those that it closes.

        Args:
            label_map: its published label map, uint8 [H, W].
            confidence_map: confidence of each pixel, uint8 [H, W], 255: certain; or None.
            stamp_ns: its stamp in nanoseconds.
            frame_id: frame of its camera.
            trust: how far its answer by f is trusted, in [0, 1].
            source: one of `finding.SOURCES`.
            version: version of the pair that labelled it.
            depth: uint16 [H, W] in millimetres, of any size; None where there is none.
            camera: sensor_msgs/CameraInfo of its camera; None where that is unknown.
        """
        picture = (label_map.shape[0], label_map.shape[1])
        intrinsics = None if camera is None else Intrinsics.of(camera, picture)
        depth = None if depth is None else fit_depth(depth, picture)
        regions, left_out = label_regions(
            label_map,
            confidence_map,
            self._labels,
            smallest=self._settings.smallest,
            most=self._settings.most,
        )

        def finding(tracked: TrackedRegion, region: LabelRegion) -> Finding:
            return Finding(
                id=tracked.id,
                state=tracked.state,
                class_name=self._labels[region.label],
                label=region.label,
                area=region.area,
                share=region.area / label_map.size,
                box=region.box,
                contour=tuple((x, y) for x, y in region.contour().tolist()),
                confidence=region.confidence,
                size=metric_size(region, depth, intrinsics),
                trust=trust,
                source=source,
                version=version,
                stamp_ns=stamp_ns,
                first_seen_ns=tracked.first_seen_ns,
                last_seen_ns=tracked.last_seen_ns,
                sightings=tracked.sightings,
            )

        shown: list[Finding] = []
        closed: list[TrackedRegion] = []
        for tracked in self._tracker.look(regions, stamp_ns=stamp_ns, picture=picture):
            if tracked.region is None:
                closed.append(tracked)
                continue
            now = finding(tracked, tracked.region)
            shown.append(now)
            before = self._open.get(now.id)
            # A late frame shows where the finding was, not where it is.
            if before is None or before.stamp_ns <= now.stamp_ns:
                self._open[now.id] = now
        self._last = FrameFindings(
            stamp_ns=stamp_ns,
            frame_id=frame_id,
            picture=picture,
            findings=[*shown, *map(self._close, closed)],
            left_out=left_out,
        )
        return self._last

    def close(self) -> FrameFindings:
        """Close all findings, and return them with the stamp of the last look."""
        return replace(
            self._last, findings=[self._close(it) for it in self._tracker.close()], left_out=0
        )

    def _close(self, tracked: TrackedRegion) -> Finding:
        return replace(
            self._open.pop(tracked.id),
            state=FindingState.CLOSED,
            first_seen_ns=tracked.first_seen_ns,
            sightings=tracked.sightings,
        )
