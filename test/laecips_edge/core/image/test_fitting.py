import numpy as np
import pytest
from laecips_edge.core.image.fitting import fit, fit_depth


@pytest.mark.parametrize("size", [(200, 200), (201, 333), (97, 513), (1080, 1920), (32, 32)])
def test_any_size_becomes_any_other(size: tuple[int, int]) -> None:
    rgb = np.full((120, 90, 3), (10, 20, 30), np.uint8)
    fitted = fit(rgb, size)
    assert fitted.shape == (*size, 3)
    assert fitted.dtype == np.uint8
    assert (fitted == (10, 20, 30)).all()


def test_a_thin_line_is_still_there_when_a_picture_is_shrunk_to_a_fifth() -> None:
    rgb = np.zeros((100, 100, 3), np.uint8)
    rgb[:, 50] = 250
    assert fit(rgb, (20, 20))[:, 10].min() == 50


def test_a_picture_that_fits_is_not_copied() -> None:
    rgb = np.zeros((40, 60, 3), np.uint8)
    assert fit(rgb, (40, 60)) is rgb


def test_depth_is_never_mixed() -> None:
    depth = np.array([[500, 9000]], np.uint16)
    assert fit_depth(depth, (2, 6)).tolist() == [[500, 500, 500, 9000, 9000, 9000]] * 2
    assert fit_depth(depth, (1, 2)) is depth
