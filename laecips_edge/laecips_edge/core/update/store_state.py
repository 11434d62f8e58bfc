"""What a robot remembers of the models it ran: `memory.json` beside its slots."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from laecips_edge.core.atomic_files import write_whole

MEMORY = "memory.json"
BASE = ""
"""Name that stands for the bundle of the parameter `bundle`, which has no slot."""

REMEMBERED_BARS = 200


@dataclass(frozen=True, kw_only=True)
class Bar:
    """Why a bundle is not taken.

    Attributes:
        version: its version.
        reason: one line.
        ran: it ran and was rolled back: nobody's order brings it back. One that never ran (its
            self-test failed, say) is tried again when an operator orders it.
    """

    version: int
    reason: str
    ran: bool


@dataclass(frozen=True, kw_only=True)
class StoreState:
    """See the module; checked at construction.

    Attributes:
        highest: the highest version that ever ran; 0 before the first.
        running: slot that runs, or BASE; None where nothing has run from this store yet.
        before: slot, or BASE, that ran before it; None where there is none.
        trial_starts: times that the node started with `running` still on trial; None: no trial.
        pin: version at which the operator wants the robot to stay; None: follow updates.
        bars: bundles that are not taken, by the sha256 of their manifest.
    """

    highest: int = 0
    running: str | None = None
    before: str | None = None
    trial_starts: int | None = None
    pin: int | None = None
    bars: Mapping[str, Bar] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises ValueError naming the first key that cannot be, and its value."""
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
        """Whether a bundle ran and did harm: nothing brings it back."""
        bar = self.bars.get(manifest_sha256)
        return bar is not None and bar.ran

    def barring(self, manifest_sha256: str, bar: Bar) -> StoreState:
        """The same with one more bundle that is not taken; the oldest are forgotten."""
        bars = {key: value for key, value in self.bars.items() if key != manifest_sha256}
        bars[manifest_sha256] = bar
        return replace(self, bars=dict(list(bars.items())[-REMEMBERED_BARS:]))


def read_store_state(folder: Path) -> StoreState:
    """Read a store's memory; an empty one where there is none.

    Raises:
        ValueError: it cannot be read; the message says what and what to do.
    """
    path = folder / MEMORY
    try:
        content = json.loads(path.read_bytes())
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
    """Write a store's memory, all or nothing; OSError where it cannot be written."""
    content: dict[str, Any] = asdict(memory)
    write_whole(folder / MEMORY, (json.dumps(content, indent=2) + "\n").encode())
