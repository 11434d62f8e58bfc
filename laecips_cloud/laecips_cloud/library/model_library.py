"""The versions of the pair on the trainer's disk.

    <library>/
        ledger.json          what became of each version, what is offered (`version_ledger.py`)
        versions/000007/     a bundle each
        jobs/000008/         the training that is under way
        exams.json           how versions did on the source frames (written by the worker)
        lock                 held by the trainer that works here

Every step writes the ledger whole or not at all, after the files that it speaks of: whatever ends
the process, what is offered is complete, and no number is given twice.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from laecips_edge.core.atomic_files import (
    lock_folder,
    move_folder,
    remove_folder,
    settle,
    sweep,
    write_whole,
)
from laecips_edge.core.bundle.bundle import FILES, MANIFEST, Bundle, BundleError

from laecips_cloud.library.version_ledger import VersionLedger, VersionLedgerError

LEDGER: Final = "ledger.json"
VERSIONS: Final = "versions"
JOBS: Final = "jobs"
EXAMS: Final = "exams.json"
LOST: Final = "no training: its job is gone"


class LibraryError(ValueError):
    """The library cannot be opened, or a bundle has no place in it; one line says why."""


class ModelLibrary:
    """See the module. One thread changes it; any may read."""

    def __init__(self, root: str | Path) -> None:
        """Opens the library, or makes it where there is none.

        Raises:
            LibraryError: another trainer works in it, or its ledger cannot be read.
            OSError: it cannot be made or written.
        """
        self.root = Path(root)
        for folder in (self.root / VERSIONS, self.root / JOBS):
            folder.mkdir(parents=True, exist_ok=True)
        lock = lock_folder(self.root)
        if lock is None:
            raise LibraryError(
                f"{self.root}: another trainer works in it; end that one or give another library"
            )
        self._lock = lock
        try:
            self.ledger = _read_ledger(self.root / LEDGER)
        except LibraryError:
            lock.close()
            raise
        for folder in (self.root / VERSIONS, self.root / JOBS):
            sweep(folder)
            for draft in folder.glob(".*"):  # of a process that was killed
                shutil.rmtree(draft, ignore_errors=True)

    def close(self) -> None:
        """Lets another trainer in."""
        self._lock.close()

    def folder(self, version: int) -> Path:
        """Where the bundle of a version is, or belongs."""
        return version_folder(self.root, version)

    def job_folder(self, version: int) -> Path:
        """Where the training of a version keeps what it needs."""
        return self.root / JOBS / f"{version:06d}"

    def take_in(self, bundle: Bundle) -> None:
        """Takes in a first training's bundle; nothing happens where it is here already.

        Raises:
            LibraryError: the library is of other classes or another line, or the bundle's version
                is somebody else's number.
        """
        manifest = bundle.manifest
        self._require_same_line(bundle)
        if manifest.version in self.ledger.entries:
            if not self._has(bundle):
                raise LibraryError(
                    f"{bundle.path}: version {manifest.version} of {self.root} is another bundle; "
                    "give the parameter library another folder, or the bundle that it began with"
                )
            return
        try:
            ledger = self.ledger.take_in(manifest.version)
        except VersionLedgerError as error:
            raise LibraryError(f"{bundle.path}: {error}; give another library") from error
        self._copy(bundle)
        self.record(lambda _: ledger)

    def record(self, step: Callable[[VersionLedger], VersionLedger]) -> None:
        """Takes a step of the ledger and writes it down; see `VersionLedger` for the steps.

        Raises:
            VersionLedgerError: the step cannot be taken.
            OSError: it cannot be written; nothing has changed then.
        """
        ledger = step(self.ledger)
        if ledger != self.ledger:
            settle(self.root / VERSIONS)  # what the ledger will speak of is there first
            write_whole(self.root / LEDGER, ledger.to_json().encode())
            self.ledger = ledger

    def begin(
        self,
        write_job: Callable[[VersionLedger, int], None],
        *,
        trained_to: int,
        now_ns: int,
        after: Callable[[VersionLedger], VersionLedger] = lambda ledger: ledger,
    ) -> int:
        """Gives a number to a training that begins now; see `VersionLedger.draw`.

        Args:
            write_job: writes down the job of that number, before the ledger speaks of it.
            trained_to, now_ns: see `VersionLedger`.
            after: a step that goes before it, both or neither.
        """
        ledger, version = after(self.ledger).draw(trained_to=trained_to, now_ns=now_ns)
        write_job(ledger, version)
        self.record(lambda _: ledger)
        return version

    def check(self) -> list[str]:
        """Looks at what it holds after a start: one line for each thing that had to be mended."""
        told = []
        under_way = self.ledger.in_training
        if under_way and not (self.job_folder(under_way) / "job.json").is_file():
            self.record(lambda ledger: ledger.refuse(under_way, reason=LOST))
            told.append(f"version {under_way}: {LOST}")
        for version in self.ledger.good:
            try:
                Bundle.load(self.folder(version))
            except BundleError as error:
                reason = str(error)
                self.record(lambda ledger, v=version, r=reason: ledger.damaged(v, reason=r))  # type: ignore[misc]
                told.append(f"version {version} is not used any more: {reason}")
        for path in (self.root / JOBS).iterdir():
            if path.name != f"{self.ledger.in_training:06d}":
                remove_folder(path)
        return told

    def order(self, version: int, *, pin: bool) -> None:
        """An operator goes to a version that is kept here; see `VersionLedger`.

        Args:
            version: which; 0: the parent of the offered one.
            pin: stay there.

        Raises:
            VersionLedgerError: that version is not for robots, or not kept any more.
            BundleError: its files are damaged.
        """
        ledger = self.ledger
        if not version:
            entry = ledger.entries.get(ledger.offered)
            version = entry.parent if entry is not None else 0
            if not version:
                raise VersionLedgerError(f"version {ledger.offered} has no parent to go back to")
        ledger = ledger.pin(version) if pin else ledger.order(version)
        Bundle.load(self.folder(version))
        self.record(lambda _: ledger)

    def tidy(self, keep: int) -> None:
        """Removes old bundles, but for the newest `keep` good and the newest `keep` other ones.

        What is offered, pinned, given or under way, and the parent, is never removed.
        """
        ledger, good = self.ledger, set(self.ledger.good)
        given = {v for v, entry in ledger.entries.items() if not entry.parent}
        busy = {ledger.offered, ledger.pinned, ledger.parent, ledger.in_training}
        if ledger.in_training:
            busy.add(ledger.entries[ledger.in_training].parent)
        kept = sorted(self._kept() - given - busy, reverse=True)
        old = [v for v in kept if v in good][keep:] + [v for v in kept if v not in good][keep:]
        self.record(lambda it: it.remove(old))
        for version in old:
            remove_folder(self.folder(version))

    def _kept(self) -> set[int]:
        names = (path.name for path in (self.root / VERSIONS).iterdir())
        return {int(name) for name in names if name.isdecimal()}

    def _require_same_line(self, bundle: Bundle) -> None:
        for version in self.ledger.good:
            try:
                own = Bundle.load(self.folder(version)).manifest
            except BundleError:
                continue
            theirs = bundle.manifest
            if (own.name, own.classes) != (theirs.name, theirs.classes):
                raise LibraryError(
                    f"{self.root}: holds the line {own.name!r} of the classes "
                    f"{', '.join(own.classes)}; {bundle.path} is {theirs.name!r} of "
                    f"{', '.join(theirs.classes)}: give the parameter library another folder"
                )
            return

    def _has(self, bundle: Bundle) -> bool:
        try:
            return Bundle.load(self.folder(bundle.manifest.version)).manifest == bundle.manifest
        except BundleError:  # lost or damaged: the given one is its copy
            self._copy(bundle)
            return True

    def _copy(self, bundle: Bundle) -> None:
        target = self.folder(bundle.manifest.version)
        remove_folder(target)
        draft = target.with_name(f".{target.name}.new")
        draft.mkdir(exist_ok=True)
        for name in (MANIFEST, *FILES):
            write_whole(draft / name, (bundle.path / name).read_bytes())
        move_folder(draft, target)


def version_folder(root: Path, version: int) -> Path:
    """Where a library has the bundle of a version, for whoever only reads."""
    return root / VERSIONS / f"{version:06d}"


def _read_ledger(path: Path) -> VersionLedger:
    try:
        return VersionLedger.from_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return VersionLedger()
    except (OSError, UnicodeDecodeError, VersionLedgerError) as error:
        raise LibraryError(f"{path}: {error}; give another library, or put it back") from error
