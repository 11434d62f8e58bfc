"""Pins a robot's model store while the robot does not run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from laecips_edge.core.atomic_files import lock_folder
from laecips_edge.core.update.slots import SLOTS, read_slots
from laecips_edge.core.update.store_state import MEMORY, read_store_state, write_store_state


def pin_store(root: Path, version: int | None) -> str:
    """Write a pin that acts from the next start on.

    Args:
        root: the store, or a folder with a single store below it.
        version: to stay at; None to follow updates. Where it is in no slot it must be that of the
            bundle that the robot is given.

    Returns:
        One line that says what happened.

    Raises:
        ValueError: there is no store or more than one, or its robot runs; one line.
        OSError: it cannot be written.
    """
    folder = _store(root)
    lock = lock_folder(folder)
    if lock is None:
        raise ValueError(f"{folder} is in use by a running robot: call its service ~/adapt")
    with lock:
        memory = read_store_state(folder)
        write_store_state(folder, replace(memory, pin=version))
    if version is None:
        return f"{folder}: follows updates from the next start on"
    slots = read_slots(folder)
    here = sorted(slot.version for slot in slots if not memory.rolled_back(slot.manifest_sha256))
    note = (
        ""
        if version in here
        else (
            f"; no slot has it (here: {', '.join(map(str, here)) or 'none'}), so it must be the "
            "version of the robot's parameter bundle"
        )
    )
    return f"{folder}: pinned to version {version} from the next start on{note}"


def _store(root: Path) -> Path:
    if not root.is_dir():
        raise ValueError(f"{root} is not a folder; give a robot's model store")
    stores = sorted({path.parent for name in (SLOTS, MEMORY) for path in root.rglob(name)})
    if len(stores) == 1:
        return stores[0]
    if not stores:
        raise ValueError(f"{root}: no model store is here or below; give the folder of one")
    listed = ", ".join(str(store) for store in stores)
    raise ValueError(f"{root}: more than one model store is below; give one of {listed}")
