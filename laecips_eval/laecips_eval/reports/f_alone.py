"""f of a finished replay, run again in the version that answered a frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.inference.segmenter import Prediction, Segmenter
from numpy.typing import NDArray


class MissingVersionError(ValueError):
    """A version that ran in the replay is not there any more; the message is one line."""


class FAlone:
    """Runs f in the versions of a replay; one version is in memory at a time.

    Args:
        first: the bundle that the replay began with.
        versions: folder of the trainer's versions, each in a folder of six digits.
        edge: settings of the replay's edge node.
    """

    def __init__(self, first: Bundle, versions: Path, edge: EdgeSettings) -> None:
        self._first = first
        self._versions = versions
        self._edge = edge
        self._running: tuple[int, Segmenter] | None = None

    def predict(self, rgb: NDArray[np.uint8], version: int | None) -> Prediction:
        """Return f's answer to a picture.

        Args:
            rgb: uint8 [H, W, 3].
            version: the version that ran; None for the first.

        Raises:
            MissingVersionError: this version is gone.
            BundleError: it is damaged.
            EngineError: its engine is not installed here.
        """
        number = self._first.manifest.version if version is None else version
        if self._running is None or self._running[0] != number:
            self._running = number, self._edge.segmenter(self._bundle(number))
        return self._running[1].predict(rgb)

    def _bundle(self, number: int) -> Bundle:
        if number == self._first.manifest.version:
            return self._first
        folder = self._versions / f"{number:06d}"
        if not folder.is_dir():
            raise MissingVersionError(
                f"{folder} is missing: f alone cannot be run again without version {number}, "
                "which ran in this replay"
            )
        return Bundle.load(folder)
