import numpy as np
from laecips_edge.core.frame.observation import Observation


def test_an_observation_of_a_label_map():
    label_map = np.zeros((8, 8), np.uint8)
    label_map[4:, 4:] = 2
    label_map[0, 4] = 255
    observation = Observation.of(label_map, classes=3, trust=0.5, hard=True, inference_ms=9.0)
    np.testing.assert_allclose(observation.shares, [2 / 3, 0, 1 / 3])
