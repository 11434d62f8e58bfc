"""One level and one line, the most serious first."""

import pytest
from laecips_cloud.trainer.health import TrainerHealth, assess
from laecips_edge.core.frame.health import Level

OK, WARN, ERROR = Level.OK, Level.WARN, Level.ERROR
ALL = {
    "state": "inactive",
    "failure": "configure failed: x",
    "trouble": "the worker died",
    "activity": "paused until it is resumed",
    "paused": True,
    "pinned": 3,
}


CASES = [
    ({}, ERROR, "configure failed: x"),
    ({"failure": ""}, WARN, "inactive: configure and activate the node to train"),
    ({"state": "active"}, ERROR, "the worker died"),
    ({"trouble": ""}, WARN, "paused until it is resumed"),
    (
        {"paused": False, "activity": "3 new frames"},
        WARN,
        "version 3 is pinned, robots get no other; 3 new frames",
    ),
    ({"pinned": 0}, OK, "3 new frames"),
]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_one_after_the_other(number: int) -> None:
    known = ALL.copy()
    for mended, _, _ in CASES[: number + 1]:
        known |= mended
    assert assess(TrainerHealth(**known)) == CASES[number][1:]  # type: ignore[arg-type]
