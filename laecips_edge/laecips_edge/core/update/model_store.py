"""The bundles that a robot keeps on disk, and which of them it runs.

    <model_store>/<robot>/<bundle name>-<classes hash>/
        memory.json                 the state: running, on trial, pinned, barred (`store_state.py`)
        slots/000012-5f0c3a.../     the running bundle, and the previous one, each with manifest.sig
        partial/<manifest sha256>/  a bundle that is being fetched
        lock                        held by the node that uses this store

Every step is a rename or the atomic write of one file, so the bundles still load after a crash at
any point. The bundle of the parameter `bundle` (the *base*) has no slot and is never changed.

If the disk cannot be written, all methods but `stopped` raise OSError. A decision (`begin_trial`,
`return_to`, `pin`) then changes nothing. An event that has happened already (the other methods) is
kept in memory and written with the next change.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from laecips_edge.core.atomic_files import lock_folder, move_folder, remove_folder, sweep
from laecips_edge.core.bundle.bundle import MANIFEST, Bundle
from laecips_edge.core.signing.signature_file import write_signature
from laecips_edge.core.signing.trusted_keys import TrustedKeys
from laecips_edge.core.update.download_folders import PARTIAL, DownloadFolders
from laecips_edge.core.update.slots import (
    SLOTS,
    Slot,
    read_slot,
    read_slots,
    store_folder,
    why_untrusted,
)
from laecips_edge.core.update.store_state import (
    BASE,
    Bar,
    StoreState,
    read_store_state,
    write_store_state,
)

MOST_STARTS = 5
"""Starts of the node with one pair on trial before that pair is rolled back. A pair that crashes
the process each time is never judged otherwise. A clean stop resets the count."""


class ModelStore:
    """The model store of one robot and one bundle line. A lock keeps other processes out.

    For one thread at a time.

    Args:
        root: folder of all stores.
        robot: name of the robot.
        base: bundle of the parameter `bundle`.
        trusted: keys of which one must have signed a bundle of this store, so that it runs; the
            time plays no part, and the base needs no signature. None: any bundle here runs.

    Raises:
        OSError: the folder cannot be made or written, or another process uses it.
    """

    def __init__(
        self, root: str | Path, *, robot: str, base: Bundle, trusted: TrustedKeys | None = None
    ) -> None:
        self.folder = store_folder(Path(root), robot=robot, manifest=base.manifest)
        (self.folder / SLOTS).mkdir(parents=True, exist_ok=True)
        lock = lock_folder(self.folder)
        if lock is None:
            raise OSError(
                errno.EBUSY, f"{self.folder} is in use: give each robot a name of its own"
            )
        self._lock = lock
        self._trusted = trusted
        self.downloads = DownloadFolders(self.folder / PARTIAL)
        """Bundles that are being fetched."""
        sweep(self.folder / SLOTS)
        self.base = read_slot(base.path, name=BASE)
        self.problem = ""
        """Why memory.json could not be read; empty if it could."""
        try:
            self.memory = read_store_state(self.folder)
        except ValueError as error:
            self.problem = str(error)
            self.memory = StoreState()
        self._written = self.memory

    def close(self) -> None:
        """Release the lock, so that another process can use the store."""
        self._lock.close()

    def slots(self) -> list[Slot]:
        """Return all bundles that may run here, with the base, highest version first.

        Bundles with a broken manifest or without a trusted signature are left out, and so are those
        that were rolled back, whose folder a killed process or a full disk may have left here.
        """
        trusted = [slot for slot in self._kept() if not why_untrusted(slot, self._trusted)]
        return sorted([*trusted, self.base], key=lambda slot: -slot.version)

    @property
    def untrusted(self) -> set[str]:
        """Sha256 of the manifests of bundles here that only a trusted signature is missing to."""
        return {slot.manifest_sha256 for slot in self._kept() if why_untrusted(slot, self._trusted)}

    @property
    def running(self) -> Slot:
        """The running bundle; the base until one from this store has run."""
        return self._named(self.memory.running) or self.base

    @property
    def on_trial(self) -> bool:
        """Whether the running bundle is on trial."""
        return self.memory.trial_starts is not None

    @property
    def before(self) -> Slot | None:
        """The bundle to roll back to; None if there is none."""
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
        """Return a file of a bundle here with this sha256 in its manifest; None if none has it."""
        for slot in self.slots():
            for name, digest in {**slot.manifest.files, MANIFEST: slot.manifest_sha256}.items():
                if digest == sha256 and (path := slot.path / name).is_file():
                    return path
        return None

    def count_start(self) -> None:
        """Count a start of the node; roll back a pair on trial after `MOST_STARTS` starts."""
        starts = self.memory.trial_starts
        if starts is None:
            return
        before = self.before
        if starts < MOST_STARTS or before is None:
            self._note(trial_starts=starts + 1)
            return
        self.roll_back(f"the node ended {starts} times while it was on trial", to=before)

    def candidates(self) -> Iterator[Slot]:
        """Yield the bundles to try at start, best first.

        The order is: the pinned version, the bundle that ran last, the others from the highest
        version down. A version below the base's is a candidate only if it is pinned; a copy of the
        base itself, which a trainer ordered, is not below it.
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
        """Record the bundle that runs after the start; end the trial of any other bundle.

        A bundle that has not run before goes on trial: the previous process ended just before it
        swapped it in.
        """
        same = slot.name == self.memory.running
        new = slot.name != BASE and slot.version > self.memory.highest
        # The base is recorded as running only if an operator or the watch went back to it.
        # Otherwise a higher version in the store must lead at the next start.
        chosen = slot.name != BASE or self.memory.running == BASE
        starts = self.memory.trial_starts if same else None
        self._note(
            running=slot.name if chosen else None,
            highest=max(self.memory.highest, slot.version),
            trial_starts=0 if new else starts,
        )
        if same and slot.name != BASE and not self.on_trial:
            self._prune()  # a killed process may have left more than two slots

    def admit(self, folder: Path, *, signature: str = "") -> Slot:
        """Move a complete, tested bundle into a slot.

        Args:
            folder: its download folder.
            signature: text of its signature; empty: none.

        Returns:
            The slot.

        Raises:
            BundleError: its manifest cannot be read.
            OSError: the folder cannot be moved.
        """
        if signature:
            write_signature(folder, signature)
        slot = read_slot(folder, name="")
        name = f"{slot.version:06d}-{slot.manifest_sha256[:12]}"
        target = self.folder / SLOTS / name
        if target.exists():
            remove_folder(target)
        move_folder(folder, target)
        return replace(slot, name=name, path=target)

    def renew(self, signature: str) -> None:
        """Keep another signature of the running bundle, if it is trusted: of a rotated key, say.

        Raises:
            OSError: it cannot be written; the old one stays.
        """
        slot = self.running
        if slot.name != BASE and signature and signature != slot.signature:
            renewed = replace(slot, signature=signature)
            if not why_untrusted(renewed, self._trusted):
                write_signature(slot.path, signature)

    def begin_trial(self, slot: Slot) -> None:
        """Record that a slot runs on trial from now on; an OSError changes nothing."""
        self._decide(
            running=slot.name,
            before=self.running.name,
            highest=max(self.memory.highest, slot.version),
            trial_starts=0,
        )

    def keep(self) -> None:
        """End the trial with success; remove all slots but the running and the previous one."""
        self._note(trial_starts=None)
        self._prune()

    def roll_back(self, reason: str, *, to: Slot) -> None:
        """Record that `to` runs again; bar the bundle that ran for good and remove it."""
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
        """Record an operator's order: a slot runs from now on, without a trial or a bar."""
        self._decide(running=slot.name, before=self.running.name, trial_starts=None)

    def bar(self, manifest_sha256: str, *, version: int, reason: str) -> None:
        """Bar a bundle that never ran, for a reason of one line."""
        bar = Bar(version=version, reason=reason, ran=False)
        self._note(bars=self.memory.barring(manifest_sha256, bar).bars)

    def pin(self, version: int | None) -> None:
        """Pin a version; None: unpin, follow updates again."""
        self._decide(pin=version)

    def stopped(self) -> None:
        """Record a clean stop of the node: reset the count of starts on trial."""
        with suppress(OSError):  # the count stays: a full disk must not keep the node from ending
            self._note(trial_starts=0 if self.on_trial else None)

    def _kept(self) -> list[Slot]:
        gone = self.memory.rolled_back
        return [slot for slot in read_slots(self.folder) if not gone(slot.manifest_sha256)]

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
        """Write a decision first, then hold it in memory; an error leaves both unchanged."""
        self._write(replace(self.memory, **changes))  # type: ignore[arg-type]
        self.memory = self._written

    def _note(self, **changes: object) -> None:
        """Hold an event in memory first, then write it; an error leaves it in memory."""
        self.memory = replace(self.memory, **changes)  # type: ignore[arg-type]
        self._write(self.memory)

    def _write(self, memory: StoreState) -> None:
        if memory != self._written:
            write_store_state(self.folder, memory)
            self._written = memory
