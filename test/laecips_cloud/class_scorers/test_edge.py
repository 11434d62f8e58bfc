"""The scorer `edge`: f's own scores, untouched."""

import numpy as np
from laecips_cloud.class_scorers.edge import EdgeScorer


def test_f_is_asked_once_and_stands() -> None:
    scores = np.full((2, 3, 4), 0.5, np.float32)
    asked: list[np.ndarray] = []

    def f() -> np.ndarray:
        asked.append(scores)
        return scores

    assert EdgeScorer(("belt", "part")).score(np.zeros((3, 4, 3), np.uint8), f) is scores
    assert len(asked) == 1
