"""Crops lie where segment-anything's do, and the same masks are cut off by them."""

import numpy as np
import pytest
from laecips_cloud.mask_generators.sam.automatic.crops import Crop, crops, whole

torch = pytest.importorskip("torch")

from laecips_cloud.mask_generators.sam.torch_backend.torchvision_stand_in import (  # noqa: E402
    import_segment_anything,
)

SHAPES = [(480, 640), (641, 483), (100, 1000), (17, 16)]


def packages_own():
    import_segment_anything()
    from segment_anything.utils import amg  # noqa: PLC0415 (needs the stand-in)

    return amg


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("layers", [0, 1, 2])
@pytest.mark.parametrize("overlap_ratio", [0.0, 512 / 1500, 1.0])
def test_where_they_lie(shape: tuple[int, int], layers: int, overlap_ratio: float) -> None:
    amg = packages_own()
    boxes, their_layers = amg.generate_crop_boxes(shape, layers, overlap_ratio)
    found = crops(shape, layers, overlap_ratio)
    assert [crop.layer for crop in found] == their_layers
    assert [[c.left, c.top, c.left + c.width, c.top + c.height] for c in found] == boxes
    assert all(crop.picture == shape for crop in found)


@pytest.mark.parametrize(("shape", "layers", "count"), [((3, 90), 1, 1), ((4, 90), 1, 5)])
def test_a_picture_of_too_few_pixels_is_not_cut_up(
    shape: tuple[int, int], layers: int, count: int
) -> None:
    assert len(crops(shape, layers, 0.3)) == count


def test_which_masks_are_cut_off() -> None:
    amg = packages_own()
    rng = np.random.default_rng(0)
    shape = (300, 400)
    cut = 0
    for crop in crops(shape, 2, 0.3):
        corners = np.sort(rng.integers(0, (crop.width, crop.height), (200, 2, 2)), axis=1)
        boxes = np.concatenate([corners[:, 0], corners[:, 1]], axis=1)
        edges = [crop.left, crop.top, crop.left + crop.width, crop.top + crop.height]
        expected = amg.is_box_near_crop_edge(torch.as_tensor(boxes), edges, [0, 0, 400, 300])
        found = [crop.cuts(crop.moved(tuple(box))) for box in boxes.tolist()]
        assert found == expected.tolist()
        cut += sum(found)
    assert cut > 1000


def test_nothing_is_cut_off_by_the_picture_itself() -> None:
    assert not whole((30, 40)).cuts((0, 0, 39, 29))


def test_what_a_crop_shows() -> None:
    picture = np.arange(30).reshape(5, 6)
    crop = Crop(1, 2, 1, 2, 3, (5, 6))
    assert crop.shape == (2, 3)
    assert picture[crop.window].tolist() == [[13, 14, 15], [19, 20, 21]]
    assert crop.moved((0, 1, 2, 1)) == (1, 3, 3, 3)
