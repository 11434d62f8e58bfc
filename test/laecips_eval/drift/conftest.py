"""What the tests of drifts need."""

import numpy as np
import pytest


@pytest.fixture
def blocks() -> np.ndarray:
    """A picture of coloured blocks, uint8 [96, 128, 3]."""
    colours = np.random.default_rng(3).integers(0, 256, (6, 8, 3), np.uint8)
    return colours.repeat(16, axis=0).repeat(16, axis=1)
