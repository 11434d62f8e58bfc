"""A toy data set that a tiny network learns in seconds: colour tells the class."""

from collections.abc import Callable

import numpy as np
import pytest
from laecips_cloud.training.data.labelled_frames import LabelledFrame

COLOURS = np.array([[40, 40, 40], [200, 60, 60], [60, 60, 200]], np.uint8)


class ToyFrames:
    """Boxes of two classes on a background; implements LabelledFrames."""

    classes = ("ground", "red", "blue")
    palette = ((40, 40, 40), (200, 60, 60), (60, 60, 200))

    def __init__(self, *, count: int, seed: int = 0, size: tuple[int, int] = (64, 96)) -> None:
        random = np.random.default_rng(seed)
        self._frames = [self._draw(f"{seed}-{i}", size, random) for i in range(count)]

    @staticmethod
    def _draw(name: str, size: tuple[int, int], random: np.random.Generator) -> LabelledFrame:
        label = np.zeros(size, np.uint8)
        for kind in (1, 2):
            top, left = random.integers(size[0] // 2), random.integers(size[1] // 2)
            label[top : top + size[0] // 3, left : left + size[1] // 3] = kind
        noise = random.normal(0, 8, (*size, 3))
        image = np.clip(COLOURS[label] + noise, 0, 255).astype(np.uint8)
        label[:2] = 255
        return LabelledFrame(name, image, label)

    def __len__(self) -> int:
        return len(self._frames)

    def __getitem__(self, index: int, /) -> LabelledFrame:
        return self._frames[index]


@pytest.fixture
def toy_frames() -> Callable[..., ToyFrames]:
    """Makes toy data sets."""
    return ToyFrames
