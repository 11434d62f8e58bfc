"""A small folder of one's own, to spoil."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

Write = Callable[..., None]


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    """Ten frames of two classes, 24 x 32, no two alike; the mask of each shows both."""
    root = tmp_path / "plant"
    for part in ("images", "labels"):
        (root / part).mkdir(parents=True)
    (root / "classes.yaml").write_text("classes: [good, dent]")
    for number in range(10):
        small = np.random.default_rng(number).integers(0, 256, (6, 8, 3), np.uint8)
        picture = small.repeat(4, axis=0).repeat(4, axis=1)
        mask = np.zeros((24, 32), np.uint8)
        mask[:, : number + 1] = 1
        cv2.imwrite(str(root / "images" / f"f{number}.png"), picture)
        cv2.imwrite(str(root / "labels" / f"f{number}.png"), mask)
    return root
