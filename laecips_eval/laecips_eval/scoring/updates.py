"""The model updates of a run, for the report: from the trainer's library and the robot's reports.

What was trained and what the gate said of it is on the trainer's disk (`ModelLibrary`), what the
robot made of it is in its `model_report`s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from laecips_cloud.library.model_library import LEDGER, version_folder
from laecips_cloud.library.version_ledger import Entry, Fate, VersionLedger
from laecips_edge.core.bundle.bundle import MANIFEST, BundleError
from laecips_edge.core.bundle.manifest import Manifest

from laecips_eval.scoring.run_figures import UpdateFigures

OUTCOMES: Final = ("swapped", "refused", "rolled back", "failed")
"""What became of an update on a robot, in the order of laecips_msgs/ModelReport's constants."""

_PROMOTED: Final = (Fate.PROMOTED, Fate.ROLLED_BACK, Fate.WITHDRAWN, Fate.REMOVED)


@dataclass(frozen=True, kw_only=True)
class Swap:
    """What a robot has said of an update: laecips_msgs/ModelReport.

    Attributes:
        version: of the pair.
        outcome: one of `OUTCOMES`.
        reason: one line; empty where it was swapped.
        transfer_s: first chunk to last.
        bytes: on the wire.
        swap_ms: that the exchange kept the inference thread from its frames.
        frames_lost: superseded while it happened.
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
    """The report's `updates`: one for each training that has come to an end.

    Args:
        library: the trainer's folder.
        swaps: what the robot has said, in order.
        first_frames: index of the first frame that a version has answered, where it has any.

    Raises:
        ValueError: the ledger cannot be read.
        OSError: the same.
    """
    ledger = VersionLedger.from_json((library / LEDGER).read_text(encoding="utf-8"))
    told = list(swaps)
    return [
        _update(
            version,
            entry,
            _training(version_folder(library, version) / MANIFEST),
            [swap for swap in told if swap.version == version],
            first_frames.get(version),
        )
        for version, entry in sorted(ledger.entries.items())
        if entry.parent and entry.fate is not Fate.TRAINING
    ]


def model_bytes(swaps: Iterable[Swap]) -> int:
    """Bytes of all updates on the wire."""
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
    )


def _training(path: Path) -> Mapping[str, Any]:
    """How a version was trained; nothing where there is no bundle of it, or no more."""
    try:
        return Manifest.from_json(path.read_text(encoding="utf-8")).training
    except (OSError, BundleError):
        return {}
