import numpy as np
from laecips_cloud.masks import Partition
from laecips_cloud.training.first.assist import assist_by


def test_each_region_takes_the_class_that_scores_highest_in_it() -> None:
    regions = np.zeros((8, 12), np.int32)
    regions[:, 6:] = 1
    logits = np.zeros((2, 2, 3), np.float32)
    logits[1, :, 2] = 4.0  # sure of class 1 on the right
    logits[0, 0, 0] = 4.0  # and of class 0 in the upper left corner
    assist = assist_by(lambda image: Partition(regions))
    answer = assist(np.zeros((8, 12, 3), np.uint8), logits)
    np.testing.assert_array_equal(answer, regions)


def test_a_pixel_that_is_sure_keeps_its_class() -> None:
    """As in the cloud, whose bounds of the vote are these."""
    logits = np.zeros((2, 2, 3), np.float32)
    logits[0] = 1.0
    logits[:, 0, 2] = 0.0, 4.0
    whole = np.zeros((2, 3), np.int32)
    assist = assist_by(lambda image: Partition(whole))
    answer = assist(np.zeros((2, 3, 3), np.uint8), logits)
    assert answer.tolist() == [[0, 0, 1], [0, 0, 0]]
    logits[:, 0, 2] = 0.0, 0.3  # and one that is not goes with its region
    assert assist(np.zeros((2, 3, 3), np.uint8), logits).tolist() == [[0, 0, 0], [0, 0, 0]]
