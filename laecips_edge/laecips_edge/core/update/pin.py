"""Pin a robot's model store while the robot's node does not run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from laecips_edge.core.atomic_files import lock_folder
from laecips_edge.core.update.slots import SLOTS, read_slots
from laecips_edge.core.update.store_state import MEMORY, read_store_state, write_store_state


def pin_store(root: Path, version: int | None) -> str:
    """Write a pin that acts from the robot's next start on.

    Args:
        root: folder of the store, or a folder with exactly one store below it.
        version: version to pin; None to unpin. A version that is in no slot must be the version of
            the robot's parameter `bundle`.

    Returns:
        One line with the result.

    Raises:
        ValueError: no store or several stores are found, or the robot's node runs.
        OSError: the pin cannot be written.
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
        raise ValueError(f"{root} is not a folder; give the folder of a robot's model store")
    stores = sorted({path.parent for name in (SLOTS, MEMORY) for path in root.rglob(name)})
    if len(stores) == 1:
        return stores[0]
    if not stores:
        raise ValueError(f"{root}: no model store is here or below; give a robot's model store")
    listed = ", ".join(str(store) for store in stores)
    raise ValueError(f"{root}: more than one model store is below; give one of {listed}")
