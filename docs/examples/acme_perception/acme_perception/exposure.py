"""A class scorer: f's scores, which count less where the camera saw nothing."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from laecips_cloud.class_scorers import ClassScorerError, EdgeScores
from numpy.typing import NDArray


class ExposureScorer:
    """f's scores, times a weight where a pixel is burnt out or black.

    Such a pixel has no colour left and f guesses. In its mask's vote it then counts less than the
    pixels around it, and it is overruled sooner; where no mask decides, f's label stands, with less
    confidence.
    """

    def __init__(
        self, classes: Sequence[str], *, dark: int = 4, bright: int = 251, weight: float = 0.2
    ) -> None:
        """Take the options.

        Args:
            classes: names of the classes, in the order of their labels; of no use here.
            dark: a pixel is black where no channel is above this, 0 to 255.
            bright: it is burnt out where no channel is below this, above `dark`, up to 255.
            weight: of such pixels, above 0 and up to 1.

        Raises:
            ClassScorerError: a value is out of range.
        """
        if not 0 <= dark < bright <= 255:
            raise ClassScorerError(
                f"class scorer acme_exposure: dark is {dark} and bright {bright}, "
                "they must be 0 <= dark < bright <= 255"
            )
        if not 0 < weight <= 1:
            raise ClassScorerError(
                f"class scorer acme_exposure: weight is {weight}, it must be above 0 and at most 1"
            )
        self._dark, self._bright, self._weight = (dark,) * 3, (bright,) * 3, weight

    def score(self, rgb: NDArray[np.uint8], edge: EdgeScores) -> NDArray[np.float32]:
        """Weighs f's scores.

        Args:
            rgb: uint8 [H, W, 3], RGB.
            edge: runs f, or takes what the robot sent: float32 [M, H, W], summing to 1 over M.

        Returns:
            float32 [M, H, W], summing to 1 over M, or to `weight` in badly exposed pixels.
        """
        black = cv2.inRange(rgb, (0, 0, 0), self._dark)
        burnt_out = cv2.inRange(rgb, self._bright, (255, 255, 255))
        weights = np.where(black | burnt_out, np.float32(self._weight), np.float32(1))
        return edge() * weights
