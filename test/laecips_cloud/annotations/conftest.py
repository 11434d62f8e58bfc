"""What a format's shapes are on a picture."""

from collections.abc import Callable, Iterable

import numpy as np
import pytest
from laecips_cloud.annotations.shapes import Shape, paint

Painted = Callable[[Iterable[Shape], tuple[int, int]], dict[str, list[list[int]]]]


@pytest.fixture
def boxes() -> Painted:
    """Of each category the bounds of its pixels, [top, left, bottom, right], and their number."""

    def of(shapes: Iterable[Shape], size: tuple[int, int]) -> dict[str, list[list[int]]]:
        found: dict[str, list[list[int]]] = {}
        for category, area in shapes:
            label = np.full(size, -1, np.int16)
            paint(label, area(size), 1)
            rows, columns = np.nonzero(label == 1)
            bounds = [rows.min(), columns.min(), rows.max() + 1, columns.max() + 1, len(rows)]
            found.setdefault(category, []).append([int(number) for number in bounds])
        return found

    return of
