import numpy as np
from laecips_cloud.masks import Partition
from laecips_cloud.training.assist import assist_by


def test_each_region_takes_the_class_that_scores_highest_in_it() -> None:
    regions = np.zeros((8, 12), np.int32)
    regions[:, 6:] = 1
    logits = np.zeros((2, 2, 3), np.float32)
    logits[1, :, 2] = 4.0  # sure of class 1 on the right
    logits[0, 0, 0] = 4.0  # and of class 0 in the upper left corner
    assist = assist_by(lambda image: Partition(regions))
    answer = assist(np.zeros((8, 12, 3), np.uint8), logits)
    np.testing.assert_array_equal(answer, regions)
