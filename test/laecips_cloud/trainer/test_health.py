"""One level and one line, the most serious first."""

import pytest
from laecips_cloud.trainer.health import TrainerHealth, assess
from laecips_cloud.trainer.warn_settings import TrainerWarnSettings
from laecips_edge.core.frame.health.health import Level

OK, WARN, ERROR = Level.OK, Level.WARN, Level.ERROR
ALL = {
    "state": "inactive",
    "failure": "configure failed: x",
    "trouble": "the worker died",
    "activity": "paused until it is resumed",
    "paused": True,
    "pinned": 3,
    "in_vain": 3,
    "refusal": "1.4 points of mIoU are lost",
    "free_bytes": 312_000_000,
}


CASES = [
    ({}, ERROR, "configure failed: x"),
    ({"failure": ""}, WARN, "inactive: configure and activate the node to train"),
    ({"state": "active"}, ERROR, "the worker died"),
    (
        {"trouble": ""},
        WARN,
        "the library's disk has 312 MB left: make room or lower keep_versions",
    ),
    (
        {"free_bytes": 500_000_000},
        WARN,
        "robots kept nothing of the last 3 trainings: 1.4 points of mIoU are lost",
    ),
    ({"in_vain": 2}, WARN, "paused until it is resumed"),
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


@pytest.mark.parametrize("known", [{"in_vain": 1_000}, {"free_bytes": 0}])
def test_a_bound_of_0_never_warns(known: dict[str, int]) -> None:
    health = TrainerHealth(
        state="active",
        activity="waiting",
        warn=TrainerWarnSettings(in_vain=0, free_bytes=0),
        **known,  # type: ignore[arg-type]
    )
    assert assess(health) == (OK, "waiting")
