"""The age of the newest lesson of the running f: by the runner's clock, or by stamps."""

import pytest
from laecips_eval.scoring.answers import PublishedAnswer
from laecips_eval.scoring.run_figures import KnowledgeAge, UpdateFigures
from laecips_eval.scoring.scoreboard import Scoreboard

S = 10**9


def update(version: int, newest_lesson_ns: int | None, *, promoted: bool = True) -> UpdateFigures:
    return UpdateFigures(
        version=version,
        trigger="buffer",
        samples=1,
        train_s=1.0,
        gate="",
        promoted=promoted,
        transfer_s=None,
        bytes=None,
        swap_ms=None,
        frames_lost=None,
        frame=None,
        rolled_back=False,
        newest_lesson_ns=newest_lesson_ns,
    )


def board(versions: list[int | None], *, slower: float | None = None) -> Scoreboard:
    """A frame a second of stamps, answered by these versions; `slower` times that on the clock."""
    it = Scoreboard(first_version=1)
    for index, version in enumerate(versions):
        played = None if slower is None else 5 * S + round(index * S * slower)
        it.add_played(index * S, index=index, monotonic_ns=played)
        if version is not None:
            it.add_answer(
                PublishedAnswer(
                    stamp_ns=index * S,
                    source="edge",
                    reason="none",
                    trust=0.5,
                    delta=0.5,
                    hard=False,
                    audit=False,
                    bytes_up=0,
                    bytes_down=0,
                    version=version,
                )
            )
    return it


#          0  1  2  3  4  5     6  7  8  9
VERSIONS = [1, 1, 1, 2, 2, None, 2, 4, 4, 1]


@pytest.mark.parametrize(("slower", "factor"), [(None, 1.0), (1.0, 1.0), (2.0, 2.0)])
def test_each_frame_has_the_age_of_its_own_f(slower: float | None, factor: float) -> None:
    updates = [update(2, 1 * S), update(3, 2 * S, promoted=False), update(4, 5 * S)]
    # Version 2 at 3, 4 and 6 s has learnt from 1 s: 2, 3, 5. Version 4 at 7 and 8 s from 5 s: 2, 3.
    age = board(VERSIONS, slower=slower).knowledge_age(updates)
    assert (age.frames, age.before) == (5, 4)
    assert age.p50_s == pytest.approx(3.0 * factor)
    assert age.p95_s == pytest.approx(4.6 * factor)


def test_a_lesson_that_the_runner_has_not_seen_counts_by_its_stamp() -> None:
    age = board([1, 2], slower=2.0).knowledge_age([update(2, -9 * S)])
    assert (age.frames, age.p50_s) == (1, 10.0)


@pytest.mark.parametrize("versions", [[], [None], [1, 1]])
def test_nothing_learnt_has_no_age(versions: list[int | None]) -> None:
    age = board(versions).knowledge_age([])
    assert age == KnowledgeAge(before=versions.count(1))


def test_a_version_whose_lessons_are_not_known_counts_nowhere() -> None:
    assert board([1, 2, 2]).knowledge_age([update(2, None)]) == KnowledgeAge(before=1)
