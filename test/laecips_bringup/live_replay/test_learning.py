import pytest
from laecips_bringup.live_replay.learning import Learning


@pytest.mark.parametrize(
    ("learning", "line"),
    [
        (Learning(), ""),
        (Learning(running=1, promoted=2), ""),  # nothing was heard of a trainer
        (Learning(activity="waiting"), "version 0 runs, 0 promoted, 0 refused; waiting"),
        (
            Learning(running=3, activity="f: 20 of 90 steps", promoted=2, refused=1),
            "version 3 runs, 2 promoted, 1 refused; f: 20 of 90 steps",
        ),
        (
            Learning(running=2, activity="waiting", promoted=2, rolled_back=1),
            "version 2 runs, 2 promoted, 0 refused, 1 rolled back; waiting",
        ),
    ],
)
def test_what_is_said_of_learning(learning: Learning, line: str) -> None:
    assert str(learning) == line
