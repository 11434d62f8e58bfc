import numpy as np
from laecips_eval.mask_study.true_regions import SMALLEST_REGION, true_regions


def test_connected_regions_are_numbered_class_by_class() -> None:
    label = np.full((20, 40), 255, np.uint8)
    label[:, :10] = 1
    label[:, 30:] = 1  # the same class elsewhere is another region
    label[:10, 10:20] = 0
    label[12:18, 20:28] = 2  # 48 pixels
    assert label[label == 2].size < SMALLEST_REGION
    regions, count = true_regions(label)
    assert count == 3
    assert [int(regions[0, column]) for column in (15, 0, 39)] == [1, 2, 3]
    assert not regions[label == 2].any()
    assert not regions[label == 255].any()


def test_labels_that_are_no_classes_make_no_regions() -> None:
    label = np.zeros((10, 20), np.uint8)
    label[:, 10:] = 7
    assert true_regions(label, 7)[1] == 1
    assert true_regions(label, 8)[1] == 2
