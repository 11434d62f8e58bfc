"""The versions' IoU on the held-out source frames, kept in `exams.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from laecips_edge.core.atomic_files import write_whole
from numpy.typing import NDArray


class SourceExams:
    """The IoU of each version on one set of source frames; results on other frames are dropped.

    Args:
        path: the file; the first `keep` makes it.
        source: fingerprint of the source frames.
    """

    def __init__(self, path: Path, *, source: str) -> None:
        self._path, self._source = path, source
        self._exams: dict[str, list[float | None]] = {}
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["source"] == source:
                self._exams = dict(content["exams"])
        except (OSError, ValueError, KeyError, TypeError):
            pass  # a missing result is measured again

    def keep(self, version: int, iou: NDArray[np.float64]) -> None:
        """Write a version's IoU to the file.

        Args:
            version: its number.
            iou: IoU of each class, float64 [M], nan for a class without one.

        Raises:
            OSError: the file cannot be written.
        """
        values = [float(v) if np.isfinite(v) else None for v in iou]
        self._exams[str(version)] = values
        content = {"source": self._source, "exams": self._exams}
        write_whole(self._path, json.dumps(content, indent=1).encode())

    def iou(self, version: int) -> NDArray[np.float64] | None:
        """Return a version's IoU of each class, float64 [M], nan for a class without one.

        None if the version was not examined on these frames.
        """
        values = self._exams.get(str(version))
        if values is None:
            return None
        return np.array([np.nan if value is None else value for value in values], np.float64)

    def best_miou(self, versions: Iterable[int]) -> float:
        """Return the best mIoU of the versions that were examined, in [0, 1]; 0 if none was."""
        known = [iou for iou in map(self.iou, versions) if iou is not None]
        return max((float(np.nanmean(iou)) for iou in known), default=0.0)
