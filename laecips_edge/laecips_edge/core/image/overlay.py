"""Paint a label map in the colours of the classes, alone or over its picture."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray


class Overlay:
    """The painter of label maps for one palette.

    Args:
        palette: (R,G,B) of each class, 0 to 255.
        opacity: Share of the class's colour in a labelled pixel, in [0, 1].
    """

    def __init__(self, palette: Sequence[tuple[int, int, int]], *, opacity: float = 0.5) -> None:
        self._opacity = opacity
        # 256 rows: a pixel without a class (255) is black.
        self._colours = np.zeros((256, 1, 3), np.uint8)
        self._colours[: len(palette), 0] = palette
        self._classes = len(palette)

    def colours(self, label_map: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the colour of each pixel's class; black where there is none.

        Args:
            label_map: uint8 [H,W].

        Returns:
            uint8 [H,W,3], new memory.
        """
        return np.asarray(
            cv2.LUT(cv2.cvtColor(label_map, cv2.COLOR_GRAY2RGB), self._colours), np.uint8
        )

    def paint(self, rgb: NDArray[np.uint8], label_map: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Blend the classes' colours into a picture; pixels without a class keep their colour.

        Args:
            rgb: uint8 [H,W,3].
            label_map: uint8 [H,W].

        Returns:
            uint8 [H,W,3], new memory.
        """
        colours = self.colours(label_map)
        painted = cv2.addWeighted(rgb, 1 - self._opacity, colours, self._opacity, 0)
        unknown = cv2.compare(label_map, self._classes - 1, cv2.CMP_GT)
        cv2.copyTo(rgb, unknown, painted)
        return np.asarray(painted, np.uint8)
