import numpy as np
import pytest
from laecips_cloud.training.data.labelled_frames import LabelledFrame
from laecips_cloud.training.online.lesson_shares import share_out
from laecips_cloud.training.online.lessons import Lesson

NOTHING = np.zeros((1, 1, 3), np.uint8)


def shares(kinds: str) -> list[str]:
    """Shares of lessons of F (f), of people (p), and of people's truth (t), by their places."""
    lessons = [
        Lesson(LabelledFrame(str(place), NOTHING, NOTHING[:, :, 0]), 1.0, kind != "f", kind == "t")
        for place, kind in enumerate(kinds)
    ]
    return ["".join(it.frame.name for it in share) for share in share_out(lessons, blocks=10)]


@pytest.mark.parametrize(
    ("kinds", "learnt", "held_out", "truth"),
    [
        ("ffffffffff", "0234679", "158", ""),
        ("fpffffffff", "01234679", "58", ""),  # of a held-out block of time
        ("ffffptffff", "0234679", "18", "5"),
        ("fpfffpffpf", "0234679", "158", ""),  # h and the gate need some
        ("ttff", "2", "3", "01"),
    ],
)
def test_each_lesson_is_in_one_share(kinds: str, learnt: str, held_out: str, truth: str) -> None:
    assert shares(kinds) == [learnt, held_out, truth]


def test_too_few_besides_the_truth() -> None:
    with pytest.raises(ValueError, match="1 lessons in 10 blocks cannot be split"):
        shares("ttttf")
