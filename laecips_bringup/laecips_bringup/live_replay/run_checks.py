"""Options of a run, checked before anything is started: one line says what, where, what to do."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from laecips_edge.core.routing.miners import MINER_NAMES

RATES: Final = (0.01, 100.0)
"""Speeds against the recording that the player takes."""

EDGE_RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "delta": (0.0, 1.0),
    "audit_rate": (0.0, 1.0),
    "seed": (0, 2**31 - 1),
}
"""Ranges of edge parameters that are options; the node has the same."""

_MANIFESTS_DELTA = -1.0


def check_rate(rate: float) -> None:
    """Checks the speed.

    Raises:
        ValueError: when it is outside `RATES`.
    """
    lowest, highest = RATES
    if not lowest <= rate <= highest:
        raise ValueError(f"rate is {rate}: give one from {lowest} to {highest}")


def check_edge(parameters: Mapping[str, Any]) -> None:
    """Checks parameters of the edge node that were given as options.

    Raises:
        ValueError: for an unknown policy, or a number outside `EDGE_RANGES`; a delta of -1 stands
            for the bundle's own.
    """
    for name, value in parameters.items():
        option = "--" + name.replace("_", "-")
        if name == "policy" and value not in MINER_NAMES:
            raise ValueError(f"{option} {value} is not known: use one of {', '.join(MINER_NAMES)}")
        if name not in EDGE_RANGES or (name == "delta" and value == _MANIFESTS_DELTA):
            continue
        lowest, highest = EDGE_RANGES[name]
        if not lowest <= value <= highest:
            raise ValueError(f"{option} is {value}: give one from {lowest} to {highest}")


def check_out(out: Path) -> None:
    """Checks that a folder is there to be written, or can be made.

    Raises:
        ValueError: when a file is in its place or in its way, or it must not be written.
    """
    existing = next(path for path in (out, *out.absolute().parents) if path.exists())
    if not existing.is_dir():
        where = "" if existing == out else f" lies under {existing}, which"
        raise ValueError(f"--out {out}{where} is a file: name a folder")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise ValueError(f"--out {out}: {existing} must not be written by you: name another folder")
