"""How far f's label map of a frame and the published one agree, without truth."""

from __future__ import annotations

from typing import Final

import numpy as np
from laecips_cloud.metrics import LabelMap

_MOST_WAITING: Final = 64


class TwoAnswers:
    """Compares the two label maps of each frame once both are there; keeps none afterwards.

    If one of them is lost, the other is dropped after 64 more frames.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, LabelMap] = {}

    def add(self, stamp_ns: int, label_map: LabelMap) -> float | None:
        """Add one of the label maps of a frame, uint8 [H, W].

        Returns:
            Share of the pixels that have the same class in both, in [0, 1]; None before the second
            one, or where their sizes differ.
        """
        other = self._waiting.pop(stamp_ns, None)
        if other is not None:
            same = other.shape == label_map.shape
            return float(np.mean(other == label_map)) if same else None
        self._waiting[stamp_ns] = label_map
        if len(self._waiting) > _MOST_WAITING:
            del self._waiting[next(iter(self._waiting))]
        return None
