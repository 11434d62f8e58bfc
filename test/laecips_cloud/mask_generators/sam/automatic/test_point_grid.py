"""Prompts stand as segment-anything's own."""

import numpy as np
import pytest
from laecips_cloud.mask_generators.sam.automatic.point_grid import point_grid


@pytest.mark.parametrize(
    ("per_side", "shape", "expected"),
    [
        (1, (10, 20), [[10, 5]]),
        (2, (4, 8), [[2, 1], [6, 1], [2, 3], [6, 3]]),
    ],
)
def test_points_are_the_middles_of_cells(
    per_side: int, shape: tuple[int, int], expected: list[list[float]]
) -> None:
    np.testing.assert_allclose(point_grid(per_side, shape), expected)


def test_the_grid_is_the_packages() -> None:
    pytest.importorskip("torch")
    from laecips_cloud.mask_generators.sam.torch_backend.torchvision_stand_in import (  # noqa: PLC0415
        import_segment_anything,
    )

    theirs = import_segment_anything().utils.amg.build_point_grid(5)
    np.testing.assert_allclose(point_grid(5, (72, 96)), theirs * [96, 72])
