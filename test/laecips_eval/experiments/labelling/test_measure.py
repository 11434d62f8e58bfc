import numpy as np
import pytest
from laecips_cloud.labelling.selection import Candidate, choose
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_eval.experiments.labelling.measure import LabelTrial, asked_of, chosen, score
from trainer_robot import ColourFrames

CANDIDATES = [
    Candidate(f"n{number}", 0.1 * number, 0.5, np.array([number % 3], np.float32))
    for number in range(9)
]


def test_frames_by_lot_are_those_of_the_seed_and_more_of_them_are_more() -> None:
    few, many, other = (
        chosen(LabelTrial(seed, "random", count), CANDIDATES)
        for seed, count in ((0, 3), (0, 6), (1, 6))
    )
    assert many[:3] == few
    assert len(set(many)) == 6
    assert many != other


@pytest.mark.parametrize("by", ["mixed", "trust", "disagreement", "different"])
def test_chosen_frames_are_those_of_the_command(by: str) -> None:
    expected = [it.candidate.name for it in choose(CANDIDATES, 4, by=by)]  # type: ignore[arg-type]
    assert chosen(LabelTrial(0, by, 4), CANDIDATES) == expected


def test_the_score_is_of_what_the_robot_answers(tiny_bundle: Bundle) -> None:
    asked = asked_of(ColourFrames(3))
    segmenter = Segmenter(tiny_bundle)
    answered = [it._replace(label=segmenter.predict(it.image).label_map) for it in asked]
    assert {value for value in score(tiny_bundle.path, answered) if value is not None} == {1.0}
    assert asked[0].image.mean() < ColourFrames(3)[0].image.mean()
