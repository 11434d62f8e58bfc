"""The thread that makes findings of the answers; no frame waits for it, nor for the disk."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.findings.finding import FrameFindings
from laecips_edge.core.findings.finding_keeper import FindingKeeper
from laecips_edge.core.findings.finding_log import FindingLog
from laecips_edge.core.findings.finding_settings import FindingSettings
from laecips_edge.core.findings.inspector import Inspector
from laecips_edge.core.frame.counters import FALLBACKS, FrameOutcome
from laecips_edge.core.frame.frame import AnswerSink, Frame, FrameAnswer, SeenFrame
from laecips_edge.core.image.camera_model import CameraInfo
from laecips_edge.core.image.fitting import fit

WAITING: Final = 4
"""Frames that may wait for the thread; further ones are no looks."""

MOST_DEPTHS: Final = 64
"""Depth images that are kept for frames without an answer."""

Depth = NDArray[np.uint16]


class FindingsThread(AnswerSink):
    """Makes, publishes and keeps the findings of answered frames.

    Args:
        settings: what is a finding, and where it is kept.
        labels: names of the classes whose regions are findings, by index.
        publish: takes the findings of each frame, on this thread.
        depth_of: returns the depth of a frame, uint16 [H,W] in millimetres, or None; may wait for
            it. Called only with `measure`, for frames whose f takes no depth.
        camera: returns the camera's calibration; None until it is known.
        logger: logs the disk's failures and bugs.

    Attributes:
        skipped: answers that came faster than the thread takes them, and were no looks.
    """

    def __init__(
        self,
        settings: FindingSettings,
        labels: Mapping[int, str],
        *,
        publish: Callable[[FrameFindings], None],
        depth_of: Callable[[Frame], Depth | None],
        camera: Callable[[], CameraInfo | None],
        logger: Any,
    ) -> None:
        self.skipped = 0
        self._settings = settings
        self._labels = labels
        self._publish = publish
        self._depth_of = depth_of
        self._camera = camera
        self._logger = logger
        self._log: FindingLog | None = None
        self._keeper: FindingKeeper | None = None
        self._failure = ""
        self._depths: dict[int, Depth | None] = {}
        self._queue: queue.Queue[SeenFrame | FrameAnswer | None] = queue.Queue(WAITING)
        self._thread = threading.Thread(target=self._work, name="findings")

    @property
    def trouble(self) -> str:
        """Why findings are not kept, one line; empty if they are, or shall not be."""
        keeper = self._keeper
        return self._failure or (keeper.trouble if keeper is not None else "")

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Take the answers that wait, close all findings, and end the thread."""
        while self._thread.is_alive():
            with suppress(queue.Full):
                self._queue.put(None, timeout=0.1)
                self._thread.join()

    def answer_now(self, seen: SeenFrame) -> None:
        """Note a frame whose depth may be gone when it is answered; return at once."""
        if self._settings.measure and seen.depth is None:
            self._put(seen)

    def answer(self, answer: FrameAnswer) -> None:
        """Take an answer; return at once."""
        if not self._put(answer):
            self.skipped += 1

    def _put(self, item: SeenFrame | FrameAnswer) -> bool:
        try:
            self._queue.put_nowait(item)
        except queue.Full:
            return False
        return True

    def _work(self) -> None:
        self._open()
        first = 1 if self._log is None else self._log.last_id + 1
        inspector = Inspector(self._settings, self._labels, first_id=first)
        while (item := self._queue.get()) is not None:
            self._take(inspector, item)
        self._take(inspector, None)
        if self._log is not None:
            self._log.close()

    def _take(self, inspector: Inspector, item: SeenFrame | FrameAnswer | None) -> None:
        try:
            if isinstance(item, SeenFrame):
                self._note_depth(item)
            elif item is not None:
                self._look(inspector, item)
            else:
                self._give(inspector.close(), None)
        except Exception as error:
            # A bug, or a ROS context that was shut down: the thread must go on for the others.
            self._logger.error(f"a frame has no findings: {error!r}", throttle_duration_sec=1.0)

    def _open(self) -> None:
        if not self._settings.folder:
            return
        try:
            self._log = FindingLog(
                Path(self._settings.folder).expanduser(), max_bytes=self._settings.max_bytes
            )
        except OSError as error:
            self._failure = f"{error}: nothing is kept until the node is activated again"
            self._tell(self._failure)
            return
        self._keeper = FindingKeeper(self._log, grew=self._settings.grew, on_trouble=self._tell)

    def _note_depth(self, seen: SeenFrame) -> None:
        self._depths[seen.frame.number] = self._depth_of(seen.frame)
        if len(self._depths) > MOST_DEPTHS:  # of frames whose answers were skipped
            del self._depths[next(iter(self._depths))]

    def _look(self, inspector: Inspector, answer: FrameAnswer) -> None:
        seen = answer.seen
        depth = self._depths.pop(seen.frame.number, None)
        frame = inspector.look(
            answer.label_map,
            answer.confidence_map,
            stamp_ns=seen.frame.stamp_ns,
            frame_id=seen.frame.frame_id,
            trust=seen.decision.trust,
            source=_source(answer.outcome),
            version=seen.manifest.version,
            depth=seen.depth if seen.depth is not None else depth,
            camera=self._camera() if self._settings.measure else None,
        )
        self._give(frame, seen.rgb)

    def _give(self, frame: FrameFindings, rgb: NDArray[np.uint8] | None) -> None:
        if rgb is not None or frame.findings:
            self._publish(frame)
        if self._keeper is not None:
            # Maps may be of another size than the picture (`output_size`).
            self._keeper.take(frame, None if rgb is None else fit(rgb, frame.picture))

    def _tell(self, line: str) -> None:
        self._logger.error(f"findings are not kept: {line}")


def _source(outcome: FrameOutcome) -> str:
    return "edge_fallback" if outcome in FALLBACKS else outcome.value
