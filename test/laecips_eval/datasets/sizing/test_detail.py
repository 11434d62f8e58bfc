import numpy as np
import pytest
from laecips_cloud.training.data.labelled_frames import LabelledFrame
from laecips_eval.datasets.sizing.detail import Detail, detail_of, thickness_of


class Frames:
    classes = ("ground", "scratch", "dent")
    palette = ((0, 0, 0), (255, 0, 0), (0, 0, 255))

    def __init__(self, *labels: np.ndarray) -> None:
        self.labels = labels

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int, /) -> LabelledFrame:
        label = self.labels[index]
        return LabelledFrame(str(index), np.zeros((*label.shape, 3), np.uint8), label)


def drawn(height: int, width: int, **rectangles: tuple[int, int, int, int, int]) -> np.ndarray:
    label = np.zeros((height, width), np.uint8)
    for kind, top, left, rows, columns in rectangles.values():
        label[top : top + rows, left : left + columns] = kind
    return label


@pytest.mark.parametrize(
    ("rows", "columns", "thickness"),
    [(1, 40, 1.0), (3, 40, 3.0), (40, 5, 5.0), (9, 9, 9.0), (1, 1, 1.0)],
)
def test_a_region_is_as_thick_as_the_largest_disc_in_it(rows, columns, thickness) -> None:
    mask = drawn(60, 60, one=(1, 10, 10, rows, columns)) > 0
    np.testing.assert_allclose(thickness_of(mask), [thickness], atol=0.1)


def test_each_region_counts_and_the_border_cuts_it_off() -> None:
    mask = drawn(60, 60, one=(1, 0, 0, 5, 60), other=(1, 30, 10, 3, 20)) > 0
    np.testing.assert_allclose(thickness_of(mask), [5.0, 3.0], atol=0.1)


def test_pictures_of_several_sizes_are_compared_at_the_median() -> None:
    small = drawn(100, 100, scratch=(1, 10, 10, 3, 50))
    large = drawn(200, 200, dent=(2, 50, 50, 21, 21))
    detail = detail_of(Frames(small, large, large))
    assert detail.size == (200, 200)
    assert detail.thickness.keys() == {"scratch", "dent"}, "the ground is no region"
    np.testing.assert_allclose(detail.thickness["scratch"], [6.0], atol=0.2)
    np.testing.assert_allclose(detail.thickness["dent"], [21.0, 21.0], atol=0.2)


def test_pixels_of_no_class_are_no_region() -> None:
    label = drawn(50, 50, void=(255, 0, 0, 20, 50), scratch=(1, 30, 0, 5, 50))
    assert detail_of(Frames(label)).thickness.keys() == {"scratch"}


@pytest.mark.parametrize(
    ("size", "lost"), [((1000, 1000), 0.0), ((500, 1000), 0.25), ((250, 250), 0.5)]
)
def test_what_is_lost_at_a_smaller_size(size, lost) -> None:
    """One pixel is too thin already, and no size brings it back."""
    detail = Detail((1000, 1000), {"scratch": np.array([1.0, 3.0, 6.0, 40.0])})
    assert detail.lost(size) == {"scratch": lost}


def test_no_frames_are_refused() -> None:
    with pytest.raises(ValueError, match="no frames to choose an input size from"):
        detail_of(Frames())
