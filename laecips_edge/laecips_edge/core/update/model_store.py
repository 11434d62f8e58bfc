"""The models that a robot keeps on disk, and which of them it runs.

    <model_store>/<robot>/<bundle name>-<classes hash>/
        memory.json                 what ran, what is on trial, pinned, barred (`store_state.py`)
        slots/000012-5f0c3a.../     the bundle that runs, and the one before it
        partial/<manifest sha256>/  one that is on its way
        lock                        held by the node that runs here

Every step is a rename or a whole file: whatever ends the process leaves bundles that load. The
bundle of the parameter `bundle` (the *base*) has no slot and is never touched.

On a disk that takes nothing, what is to happen does not (`begin_trial`, `return_to`, `pin`), and
what has happened is so all the same: it is remembered, and written with whatever is written next.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from laecips_edge.core.atomic_files import lock_folder, move_folder, remove_folder, sweep
from laecips_edge.core.bundle.bundle import MANIFEST, Bundle
from laecips_edge.core.update.slots import SLOTS, Slot, read_slot, read_slots, store_folder
from laecips_edge.core.update.store_state import (
    BASE,
    Bar,
    StoreState,
    read_store_state,
    write_store_state,
)

PARTIAL = "partial"

MOST_STARTS = 5
"""Starts of the node with the same pair still on trial, ends in good order aside: a pair that ends
the process each time never comes to be judged."""


class ModelStore:
    """See the module. For one thread at a time; one process at a time, by a lock.

    Args:
        root: folder of all stores.
        robot: name of the robot.
        base: bundle of the parameter `bundle`.

    Raises:
        OSError: the folder cannot be made or written, or another process works in it.
    """

    def __init__(self, root: str | Path, *, robot: str, base: Bundle) -> None:
        self.folder = store_folder(Path(root), robot=robot, manifest=base.manifest)
        (self.folder / SLOTS).mkdir(parents=True, exist_ok=True)
        lock = lock_folder(self.folder)
        if lock is None:
            raise OSError(
                errno.EBUSY, f"{self.folder} is in use: give each robot a name of its own"
            )
        self._lock = lock
        sweep(self.folder / SLOTS)
        self.base = read_slot(base.path, name=BASE)
        self.problem = ""
        """What was wrong with the memory; empty where it could be read."""
        try:
            self.memory = read_store_state(self.folder)
        except ValueError as error:
            self.problem = str(error)
            self.memory = StoreState()
        self._written = self.memory

    def close(self) -> None:
        """Let another process in."""
        self._lock.close()

    def slots(self) -> list[Slot]:
        """All bundles that may run here, the base too, the highest version first.

        Left out are broken manifests, and what was rolled back: a process that was killed, or a
        full disk, may have kept it here.
        """
        gone = self.memory.rolled_back
        slots = [slot for slot in read_slots(self.folder) if not gone(slot.manifest_sha256)]
        return sorted([*slots, self.base], key=lambda slot: -slot.version)

    @property
    def running(self) -> Slot:
        """What runs; the base before anything was taken from here."""
        return self._named(self.memory.running) or self.base

    @property
    def on_trial(self) -> bool:
        """Whether what runs is still to be judged."""
        return self.memory.trial_starts is not None

    @property
    def before(self) -> Slot | None:
        """What to go back to when the running one does not do; None where there is nothing."""
        before = self._named(self.memory.before)
        return next(
            (
                slot
                for slot in [*([before] if before else []), *self.slots()]
                if slot.name != self.running.name and not self._barred(slot)
            ),
            None,
        )

    def find(self, sha256: str) -> Path | None:
        """A file of that hash in a bundle here, as the manifest beside it says."""
        for slot in self.slots():
            for name, digest in {**slot.manifest.files, MANIFEST: slot.manifest_sha256}.items():
                if digest == sha256 and (path := slot.path / name).is_file():
                    return path
        return None

    def partial(self, manifest_sha256: str) -> Path:
        """Folder for the parts of a bundle; those of all others are removed."""
        self.clear_partial(but=manifest_sha256)
        return self.folder / PARTIAL / manifest_sha256

    def clear_partial(self, *, but: str = "") -> None:
        """Remove all parts of bundles but one's."""
        folder = self.folder / PARTIAL
        for other in folder.iterdir() if folder.is_dir() else ():
            if other.name != but:
                remove_folder(other)

    def require_space(self, size: int, *, here: Path) -> None:
        """OSError where the disk has no room for so many bytes, less those that are in `here`."""
        missing = size - sum(path.stat().st_size for path in here.glob("*"))
        free = shutil.disk_usage(self.folder).free
        if free < missing:
            raise OSError(errno.ENOSPC, f"{missing} bytes are needed, {free} are free")

    def count_start(self) -> None:
        """Count a start of the node; a pair on trial that sees too many of them is rolled back."""
        starts = self.memory.trial_starts
        if starts is None:
            return
        before = self.before
        if starts < MOST_STARTS or before is None:
            self._note(trial_starts=starts + 1)
            return
        self.roll_back(f"the node was ended {starts} times while it was on trial", to=before)

    def candidates(self) -> Iterator[Slot]:
        """What to run at start, best first.

        The pinned version; what ran last; then the rest, the highest version first. Below the
        base's version only a pin leads; a copy of the base, which a trainer ordered, is not below.
        """
        named = {slot.name: slot for slot in self.slots()}
        order = sorted(
            named.values(),
            key=lambda slot: (slot.version != self.memory.pin, slot.name != self.memory.running),
        )
        for slot in order:
            is_base = slot.manifest_sha256 == self.base.manifest_sha256
            higher = slot.version > self.base.version or is_base
            if slot.version == self.memory.pin or (higher and not self._barred(slot)):
                yield slot

    def started(self, slot: Slot) -> None:
        """Remember what runs since the start; ends the trial of another.

        What never ran is on trial: its process was ended just before the exchange.
        """
        same = slot.name == self.memory.running
        new = slot.name != BASE and slot.version > self.memory.highest
        # That the base runs is no choice, unless somebody or the watch went back to it: a higher
        # version that is here at the next start goes before it.
        chosen = slot.name != BASE or self.memory.running == BASE
        starts = self.memory.trial_starts if same else None
        self._note(
            running=slot.name if chosen else None,
            highest=max(self.memory.highest, slot.version),
            trial_starts=0 if new else starts,
        )
        if same and slot.name != BASE and not self.on_trial:
            self._prune()  # a process that was killed may have left more than two

    def admit(self, folder: Path) -> Slot:
        """Make a complete, tested bundle a slot."""
        slot = read_slot(folder, name="")
        name = f"{slot.version:06d}-{slot.manifest_sha256[:12]}"
        target = self.folder / SLOTS / name
        if target.exists():
            remove_folder(target)
        move_folder(folder, target)
        return replace(slot, name=name, path=target)

    def begin_trial(self, slot: Slot) -> None:
        """A slot runs from now on, watched; OSError leaves everything as it was."""
        self._decide(
            running=slot.name,
            before=self.running.name,
            highest=max(self.memory.highest, slot.version),
            trial_starts=0,
        )

    def keep(self) -> None:
        """The running one did well: slots but this and the one before are removed."""
        self._note(trial_starts=None)
        self._prune()

    def roll_back(self, reason: str, *, to: Slot) -> None:
        """`to` runs again, and what ran is barred for good."""
        bad = self.running
        bar = Bar(version=bad.version, reason=reason, ran=True)
        others = [s for s in self.slots() if s.name not in (bad.name, to.name)]
        self._note(
            running=to.name,
            before=next((slot.name for slot in others if not self._barred(slot)), None),
            trial_starts=None,
            bars=self.memory.barring(bad.manifest_sha256, bar).bars,
        )
        if bad.name != BASE:
            remove_folder(bad.path)

    def return_to(self, slot: Slot) -> None:
        """An operator's word: a slot runs from now on, unwatched; nothing is barred."""
        self._decide(running=slot.name, before=self.running.name, trial_starts=None)

    def bar(self, manifest_sha256: str, *, version: int, reason: str) -> None:
        """Take a bundle that never ran no more."""
        bar = Bar(version=version, reason=reason, ran=False)
        self._note(bars=self.memory.barring(manifest_sha256, bar).bars)

    def pin(self, version: int | None) -> None:
        """Stay at a version; None: follow updates again."""
        self._decide(pin=version)

    def stopped(self) -> None:
        """The node ends in good order: its starts on trial do not count."""
        with suppress(OSError):  # then they count: that must not keep a node from its end
            self._note(trial_starts=0 if self.on_trial else None)

    def _named(self, name: str | None) -> Slot | None:
        if name is None:
            return None
        return next((slot for slot in self.slots() if slot.name == name), None)

    def _prune(self) -> None:
        for path in (self.folder / SLOTS).iterdir():
            if path.name not in (self.memory.running, self.memory.before):
                remove_folder(path)

    def _barred(self, slot: Slot) -> bool:
        return slot.manifest_sha256 in self.memory.bars and slot.name != BASE

    def _decide(self, **changes: object) -> None:
        """Write what is to happen, and remember it then."""
        self._write(replace(self.memory, **changes))  # type: ignore[arg-type]
        self.memory = self._written

    def _note(self, **changes: object) -> None:
        """Remember what has happened, and write it where the disk lets us."""
        self.memory = replace(self.memory, **changes)  # type: ignore[arg-type]
        self._write(self.memory)

    def _write(self, memory: StoreState) -> None:
        if memory != self._written:
            write_store_state(self.folder, memory)
            self._written = memory
