"""Options of a run, checked before anything is started: one line says what, where, what to do."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_eval.player.player_settings import PlayerSettings
from laecips_eval.reports.output_names import (
    CERTIFICATES,
    FINDINGS,
    LIBRARY,
    MODELS,
    PARAMETERS,
    SPOOL,
)

CLEARED: Final = (MODELS, LIBRARY, CERTIFICATES, SPOOL, FINDINGS)
"""Folders in --out that a live run removes first: robot and trainer would continue with the pairs
of an earlier run."""


def check_rate(rate: float) -> None:
    """Check the rate.

    Raises:
        ValueError: the player does not accept the rate.
    """
    if problem := PlayerSettings.declared()["rate"].problem(rate):
        raise ValueError(f"--rate: {problem}")


def check_edge(parameters: Mapping[str, Any]) -> None:
    """Check the edge node's parameters that were given as options.

    Raises:
        ValueError: the node does not accept one of them.
    """
    declared = EdgeSettings.declared()
    for name, value in parameters.items():
        if problem := declared[name].problem(value):
            raise ValueError(f"--{name.replace('_', '-')}: {problem}")


def check_out(out: Path) -> None:
    """Check that a folder exists and is writable, or can be created.

    Raises:
        ValueError: a file is in its place or in its path, or it is not writable.
    """
    existing = next(path for path in (out, *out.absolute().parents) if path.exists())
    if not existing.is_dir():
        where = "" if existing == out else f" lies under {existing}, which"
        raise ValueError(f"--out {out}{where} is a file: name a folder")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise ValueError(f"--out {out}: {existing} must not be written by you: name another folder")


def check_cleared(out: Path) -> None:
    """Check that what a live run removes from a folder is of an earlier run.

    Raises:
        ValueError: it may be somebody else's.
    """
    theirs = [name for name in CLEARED if (out / name).exists()]
    if theirs and not (out / PARAMETERS).is_dir():  # which every live run has written
        raise ValueError(
            f"--out {out}: would remove {', '.join(theirs)} in it, which no replay has made: name "
            "another folder"
        )
