"""How versions did on the source frames that nothing learns from, remembered by `exams.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from laecips_edge.core.atomic_files import write_whole
from numpy.typing import NDArray


class SourceExams:
    """Exams by version on one set of source frames; of other frames than these they are forgotten.

    Args:
        path: the file; made by the first exam that is kept.
        source: the frames' fingerprint.
    """

    def __init__(self, path: Path, *, source: str) -> None:
        self._path, self._source = path, source
        self._exams: dict[str, list[float | None]] = {}
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["source"] == source:
                self._exams = dict(content["exams"])
        except (OSError, ValueError, KeyError, TypeError):
            pass  # an exam that is not known is held again

    def keep(self, version: int, iou: NDArray[np.float64]) -> None:
        """Remembers a version's IoU, as `iou` gives it; OSError where it cannot be written."""
        values = [float(v) if np.isfinite(v) else None for v in iou]
        self._exams[str(version)] = values
        content = {"source": self._source, "exams": self._exams}
        write_whole(self._path, json.dumps(content, indent=1).encode())

    def iou(self, version: int) -> NDArray[np.float64] | None:
        """A version's IoU of each class, float64 [M], nan where there is none; None: not known."""
        values = self._exams.get(str(version))
        if values is None:
            return None
        return np.array([np.nan if value is None else value for value in values], np.float64)

    def best_miou(self, versions: Iterable[int]) -> float:
        """The best mIoU of these versions; those that are not known are left out."""
        known = [iou for iou in map(self.iou, versions) if iou is not None]
        return max((float(np.nanmean(iou)) for iou in known), default=0.0)
