import numpy as np
from laecips_edge.core.image.thumbnail import thumbnail_of


def test_each_pixel_is_the_mean_of_its_part() -> None:
    rgb = np.zeros((16, 24, 3), np.uint8)
    rgb[:2, :3] = (10, 20, 30)
    rgb[0, 23] = (60, 0, 0)  # one of six pixels
    thumbnail = np.frombuffer(thumbnail_of(rgb), np.uint8).reshape(8, 8, 3)
    assert thumbnail[0, 0].tolist() == [10, 20, 30]
    assert thumbnail[0, 7].tolist() == [10, 0, 0]
    assert not thumbnail[1:].any()
