"""The model updates of a run, from the trainer's library and the robot's reports.

Trainings and decisions of the promotion gate come from the trainer's disk (`ModelLibrary`), swaps
and rollbacks from the robot's `model_report` messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from laecips_cloud.library.model_library import LEDGER, version_manifest
from laecips_cloud.library.version_ledger import Entry, Fate, VersionLedger

from laecips_eval.scoring.run_figures import UpdateFigures

OUTCOMES: Final = ("swapped", "refused", "rolled back", "failed")
"""Outcomes of an update on a robot, in the order of laecips_msgs/ModelReport's constants."""

_PROMOTED: Final = (Fate.PROMOTED, Fate.ROLLED_BACK, Fate.WITHDRAWN, Fate.REMOVED)


@dataclass(frozen=True, kw_only=True)
class Swap:
    """A robot's report about an update: laecips_msgs/ModelReport.

    Attributes:
        version: version of the pair.
        outcome: one of `OUTCOMES`.
        reason: one line; empty for a swap.
        transfer_s: seconds from the first chunk to the last.
        bytes: size on the wire.
        swap_ms: milliseconds that the swap kept the inference thread from its frames.
        frames_lost: frames that were superseded during the swap.
    """

    version: int
    outcome: str
    reason: str = ""
    transfer_s: float
    bytes: int
    swap_ms: float
    frames_lost: int


def updates_of(
    library: Path, *, swaps: Iterable[Swap], first_frames: Mapping[int, int]
) -> list[UpdateFigures]:
    """Return the report's `updates`: one for each finished training.

    Args:
        library: the trainer's folder.
        swaps: the robot's reports, in order.
        first_frames: index of the first answered frame, by version.

    Raises:
        ValueError: the ledger is malformed.
        OSError: the ledger cannot be opened.
    """
    ledger = VersionLedger.from_json((library / LEDGER).read_text(encoding="utf-8"))
    told = list(swaps)
    return [
        _update(
            version,
            entry,
            _training(library, version),
            [swap for swap in told if swap.version == version],
            first_frames.get(version),
        )
        for version, entry in sorted(ledger.entries.items())
        if entry.parent and entry.fate is not Fate.TRAINING
    ]


def model_bytes(swaps: Iterable[Swap]) -> int:
    """Return the bytes of all updates on the wire; reports of rollbacks do not count."""
    return sum(swap.bytes for swap in swaps if swap.outcome != "rolled back")


def _update(
    version: int,
    entry: Entry,
    training: Mapping[str, Any],
    told: list[Swap],
    frame: int | None,
) -> UpdateFigures:
    swapped = next((swap for swap in told if swap.outcome == "swapped"), None)
    return UpdateFigures(
        version=version,
        trigger=str(training.get("trigger", "")),
        samples=int(training.get("lessons", 0)) + int(training.get("lessons_held_out", 0)),
        train_s=entry.train_s,
        gate=entry.reason,
        promoted=entry.fate in _PROMOTED,
        transfer_s=None if swapped is None else round(swapped.transfer_s, 3),
        bytes=None if swapped is None else swapped.bytes,
        swap_ms=None if swapped is None else round(swapped.swap_ms, 4),
        frames_lost=None if swapped is None else swapped.frames_lost,
        frame=frame,
        rolled_back=any(swap.outcome == "rolled back" for swap in told)
        or entry.fate is Fate.ROLLED_BACK,
        newest_lesson_ns=entry.newest_lesson_ns or None,
    )


def _training(library: Path, version: int) -> Mapping[str, Any]:
    """Return the `training` of a manifest; empty where the version has no bundle any more."""
    manifest = version_manifest(library, version)
    return manifest.training if manifest is not None else {}
