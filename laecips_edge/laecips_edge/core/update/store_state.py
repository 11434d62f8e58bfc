"""The state of a model store, kept in `memory.json` beside its slots."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from laecips_edge.core.atomic_files import write_whole
from laecips_edge.core.shallow_json import parse_shallow

MEMORY = "memory.json"
BASE = ""
"""Slot name of the bundle of the parameter `bundle`, which has no slot."""

REMEMBERED_BARS = 200


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A bundle that the robot refuses, and why.

    Attributes:
        version: version of the bundle.
        reason: one line.
        ran: True: it ran and was rolled back, and no order brings it back. False: it never ran (its
            self-test failed, for example); the robot tries it again if an operator orders it.
    """

    version: int
    reason: str
    ran: bool


@dataclass(frozen=True, kw_only=True)
class StoreState:
    """The state of one model store; checked at construction.

    Attributes:
        highest: the highest version that ever ran; 0 before the first.
        running: name of the running slot, or BASE; None if nothing has run from this store yet.
        before: name of the slot, or BASE, that ran before it; None if there is none.
        trial_starts: number of starts of the node with `running` on trial; None: no trial.
        pin: version that an operator pinned; None: follow updates.
        bars: refused bundles, by the sha256 of their manifest.
    """

    highest: int = 0
    running: str | None = None
    before: str | None = None
    trial_starts: int | None = None
    pin: int | None = None
    bars: Mapping[str, Bar] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise ValueError naming the first key with a value of the wrong type."""
        kinds: dict[str, tuple[type, ...]] = {
            "highest": (int,),
            "running": (str, type(None)),
            "before": (str, type(None)),
            "trial_starts": (int, type(None)),
            "pin": (int, type(None)),
            "bars": (dict,),
        }
        for key, kind in kinds.items():
            if not isinstance(value := getattr(self, key), kind):
                raise ValueError(f"{key} cannot be {value!r}")

    def rolled_back(self, manifest_sha256: str) -> bool:
        """Return whether a bundle ran here and was rolled back, which is for good."""
        bar = self.bars.get(manifest_sha256)
        return bar is not None and bar.ran

    def barring(self, manifest_sha256: str, bar: Bar) -> StoreState:
        """Return this state with one more bar; it keeps the newest `REMEMBERED_BARS`."""
        bars = {key: value for key, value in self.bars.items() if key != manifest_sha256}
        bars[manifest_sha256] = bar
        return replace(self, bars=dict(list(bars.items())[-REMEMBERED_BARS:]))


def read_store_state(folder: Path) -> StoreState:
    """Return the state of the store in a folder; the initial state if it has none yet.

    Raises:
        ValueError: memory.json cannot be read; the message says why and what to do.
    """
    path = folder / MEMORY
    try:
        content = parse_shallow(path.read_bytes())
        known = {key: content[key] for key in content.keys() & {f.name for f in fields(StoreState)}}
        bars = {key: Bar(**bar) for key, bar in known.pop("bars", {}).items()}
        return StoreState(**known, bars=bars)
    except FileNotFoundError:
        return StoreState()
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{path}: cannot be read ({error}); remove it, and pin again what was pinned"
        ) from error


def write_store_state(folder: Path, memory: StoreState) -> None:
    """Write the state of the store in a folder, atomically.

    Raises:
        OSError: memory.json cannot be written; the old one stays.
    """
    content: dict[str, Any] = asdict(memory)
    write_whole(folder / MEMORY, (json.dumps(content, indent=2) + "\n").encode())
