"""What the report says of model updates: from a trainer's library, and from a robot's words."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from laecips_cloud.library.model_library import ModelLibrary
from laecips_cloud.library.version_ledger import VersionLedgerError
from laecips_edge.core.bundle.bundle import Bundle
from laecips_eval.scoring.run_figures import UpdateFigures
from laecips_eval.scoring.updates import OUTCOMES, Swap, model_bytes, updates_of
from made_bundles import variant

TRAINING = {"trigger": "interval", "lessons": 14, "lessons_held_out": 6}


def swap(version: int, outcome: str = "swapped", **fields: Any) -> Swap:
    numbers = {"transfer_s": 0.12345, "bytes": 1000, "swap_ms": 3.00001, "frames_lost": 1}
    return Swap(**{"version": version, "outcome": outcome} | numbers | fields)


@pytest.fixture
def library(tmp_path: Path, tiny_bundle: Bundle) -> Iterator[ModelLibrary]:
    it = ModelLibrary(tmp_path / "library")
    it.take_in(tiny_bundle)
    yield it
    it.close()


@pytest.fixture
def train(library: ModelLibrary, tiny_bundle: Bundle) -> Callable[[str], int]:
    """Puts one more version into the library, judged so."""

    def it(verdict: str) -> int:
        version = library.begin(lambda ledger, number: None, trained_to=1, now_ns=1)
        if verdict not in ("under way", "refused without a bundle"):
            variant(tiny_bundle, library.folder(version), version, training=TRAINING)
        if verdict == "promoted":
            library.record(
                lambda it: it.promote(version, reason="falls", train_s=4.5, newest_lesson_ns=7)
            )
        elif verdict.startswith("refused"):
            library.record(lambda it: it.refuse(version, reason="worse", train_s=2.5))
        return version

    return it


def update(version: int, **fields: Any) -> UpdateFigures:
    """A promoted version that no robot has taken."""
    known = {
        "version": version,
        "trigger": "interval",
        "samples": 20,
        "train_s": 4.5,
        "gate": "falls",
        "promoted": True,
        "transfer_s": None,
        "bytes": None,
        "swap_ms": None,
        "frames_lost": None,
        "frame": None,
        "rolled_back": False,
        "newest_lesson_ns": 7,
    }
    return UpdateFigures(**known | fields)


SWAPPED = {"transfer_s": 0.123, "bytes": 1000, "swap_ms": 3.0, "frames_lost": 1}


@pytest.mark.parametrize(
    ("verdict", "swaps", "frames", "expected"),
    [
        ("under way", [], {}, None),
        ("promoted", [], {}, {}),
        ("promoted", [swap(2)], {2: 40}, SWAPPED | {"frame": 40}),
        # Only the robot's own words of this version count.
        ("promoted", [swap(1), swap(3)], {1: 0, 3: 60}, {}),
        # It was swapped in, and did harm: what it cost is told all the same.
        (
            "promoted",
            [swap(2), swap(2, "rolled back", bytes=0)],
            {2: 40},
            SWAPPED | {"frame": 40, "rolled_back": True},
        ),
        # A robot that could not fetch it, and then could.
        ("promoted", [swap(2, "failed", bytes=7), swap(2)], {}, SWAPPED),
        ("promoted", [swap(2, "refused")], {}, {}),
        (
            "refused",
            [],
            {},
            {"promoted": False, "gate": "worse", "train_s": 2.5, "newest_lesson_ns": None},
        ),
        # Too little to learn from: there is no bundle that could tell more.
        (
            "refused without a bundle",
            [],
            {},
            {
                "promoted": False,
                "gate": "worse",
                "train_s": 2.5,
                "trigger": "",
                "samples": 0,
                "newest_lesson_ns": None,
            },
        ),
    ],
)
def test_one_version(
    library: ModelLibrary,
    train: Callable[[str], int],
    verdict: str,
    swaps: list[Swap],
    frames: dict[int, int],
    expected: dict[str, Any] | None,
) -> None:
    assert train(verdict) == 2
    found = updates_of(library.root, swaps=iter(swaps), first_frames=frames)
    assert found == ([] if expected is None else [update(2, **expected)])


def test_several_versions(library: ModelLibrary, train: Callable[[str], int]) -> None:
    for verdict in ("promoted", "refused", "promoted"):
        train(verdict)
    library.record(lambda it: it.roll_back(4, reason="robot robot went back from it: too slow"))
    train("under way")
    found = updates_of(library.root, swaps=[swap(2), swap(4)], first_frames={1: 0, 2: 9, 4: 30})
    assert [(u.version, u.promoted, u.rolled_back, u.frame) for u in found] == [
        (2, True, False, 9),
        (3, False, False, None),
        (4, True, True, 30),
    ]
    assert found[2].gate == "robot robot went back from it: too slow"


@pytest.mark.parametrize("step", ["withdrawn", "removed"])
def test_what_was_promoted_once_stays_so(
    library: ModelLibrary, train: Callable[[str], int], step: str
) -> None:
    for _ in range(2):
        train("promoted")
    if step == "withdrawn":
        library.order(1, pin=False)
    else:
        library.tidy(keep=0)
    found = updates_of(library.root, swaps=(), first_frames={})
    assert [(u.promoted, u.newest_lesson_ns) for u in found] == [(True, 7), (True, 7)]


def test_a_library_without_training_has_no_updates(library: ModelLibrary) -> None:
    assert updates_of(library.root, swaps=[swap(1)], first_frames={1: 0}) == []


def test_a_library_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        updates_of(tmp_path, swaps=(), first_frames={})
    (tmp_path / "ledger.json").write_text("[]", encoding="utf-8")
    with pytest.raises(VersionLedgerError, match="not a ledger"):
        updates_of(tmp_path, swaps=(), first_frames={})


def test_bytes_on_the_wire() -> None:
    """What is rolled back was fetched before, and is counted once."""
    assert model_bytes([]) == 0
    told = [swap(2, outcome, bytes=10**number) for number, outcome in enumerate(OUTCOMES)]
    assert model_bytes(told) == 1 + 10 + 1000
