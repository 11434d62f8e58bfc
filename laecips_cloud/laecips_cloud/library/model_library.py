"""The versions of the pair on the trainer's disk.

    <library>/
        ledger.json          the fate of each version, and which is offered (`version_ledger.py`)
        versions/000007/     one bundle for each version; manifest.sig once it was offered signed
        jobs/000008/         the training under way
        exams.json           the versions' IoU on the source frames (written by the worker)
        lock                 locked by the trainer that uses the library

Each step writes its files first and then the ledger, atomically. However the process ends, the
offered version is complete and no version number is used twice.
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
from laecips_edge.core.bundle.bundle import MANIFEST, Bundle, BundleError
from laecips_edge.core.bundle.manifest import Manifest

from laecips_cloud.library.version_ledger import VersionLedger, VersionLedgerError

LEDGER: Final = "ledger.json"
VERSIONS: Final = "versions"
JOBS: Final = "jobs"
EXAMS: Final = "exams.json"
LOST: Final = "no training: its job is gone"


class LibraryError(ValueError):
    """The library cannot be opened, or cannot take a bundle; the message is one line."""


class ModelLibrary:
    """The folder of versions and its ledger. One thread may change it; any thread may read."""

    def __init__(self, root: str | Path) -> None:
        """Open and lock the library; make it if it does not exist.

        Args:
            root: its folder.

        Raises:
            LibraryError: another trainer uses it, or its ledger cannot be read.
            OSError: it cannot be made or written.
        """
        self.root = Path(root)
        for folder in (self.root / VERSIONS, self.root / JOBS):
            folder.mkdir(parents=True, exist_ok=True)
        lock = lock_folder(self.root)
        if lock is None:
            raise LibraryError(
                f"{self.root}: another trainer uses it; stop that one or give another library"
            )
        self._lock = lock
        try:
            self.ledger = _read_ledger(self.root / LEDGER)
        except LibraryError:
            lock.close()
            raise
        for folder in (self.root / VERSIONS, self.root / JOBS):
            sweep(folder)
            for draft in folder.glob(".*"):  # left by a process that was killed
                shutil.rmtree(draft, ignore_errors=True)

    def close(self) -> None:
        """Unlock the library for another trainer."""
        self._lock.close()

    def folder(self, version: int) -> Path:
        """Return the folder of a version's bundle, which need not exist."""
        return version_folder(self.root, version)

    def manifest(self, version: int) -> Manifest | None:
        """Return `version_manifest` of this library."""
        return version_manifest(self.root, version)

    def job_folder(self, version: int) -> Path:
        """Return the folder of a version's job and checkpoints, which need not exist."""
        return self.root / JOBS / f"{version:06d}"

    def take_in(self, bundle: Bundle) -> None:
        """Add a first training's bundle; do nothing if the library has it already.

        Args:
            bundle: the bundle to copy.

        Raises:
            LibraryError: the library has bundles of another name or other classes, or another
                bundle of the same version.
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
        """Apply a step to the ledger and write the result; see `VersionLedger` for the steps.

        Args:
            step: returns the next ledger.

        Raises:
            VersionLedgerError: the step is not possible.
            OSError: the ledger cannot be written; it is unchanged.
        """
        ledger = step(self.ledger)
        if ledger != self.ledger:
            settle(self.root / VERSIONS)  # the bundles are on the disk before the ledger names them
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
        """Give a version number to a training that starts now, and record it in the ledger.

        Args:
            write_job: writes the job, given the new ledger and the version's number; called before
                the ledger is written.
            trained_to: see `VersionLedger.draw`.
            now_ns: see `VersionLedger.draw`.
            after: a step of the ledger to apply first; both steps are recorded, or neither.

        Returns:
            The new version's number.

        Raises:
            VersionLedgerError: a step is not possible.
            OSError: the job or the ledger cannot be written.
        """
        ledger, version = after(self.ledger).draw(trained_to=trained_to, now_ns=now_ns)
        write_job(ledger, version)
        self.record(lambda _: ledger)
        return version

    def check(self) -> list[str]:
        """Check jobs and good bundles after a start, and record what is lost or damaged.

        Returns:
            One line for each version whose job is lost or whose bundle is damaged.
        """
        lines = []
        under_way = self.ledger.in_training
        if under_way and not (self.job_folder(under_way) / "job.json").is_file():
            self.record(lambda ledger: ledger.refuse(under_way, reason=LOST))
            lines.append(f"version {under_way}: {LOST}")
        for version in self.ledger.good:
            try:
                Bundle.load(self.folder(version))
            except BundleError as error:
                reason = str(error)
                self.record(lambda ledger, v=version, r=reason: ledger.damaged(v, reason=r))  # type: ignore[misc]
                lines.append(f"version {version} is not used any more: {reason}")
        for path in (self.root / JOBS).iterdir():
            if path.name != f"{self.ledger.in_training:06d}":
                remove_folder(path)
        return lines

    def order(self, version: int, *, pin: bool) -> None:
        """Offer a version by an operator's order; see `VersionLedger.order` and `.pin`.

        Args:
            version: the version to offer; 0: the parent of the offered one.
            pin: offer no other version until `unpin`.

        Raises:
            VersionLedgerError: the version was never promoted, was rolled back or is removed.
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
        """Remove old bundles, except the newest `keep` good ones and the newest `keep` others.

        Bundles that are offered, pinned, given, in training, or a parent of the current or next
        training are never removed and do not count.
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
                    f"{self.root}: holds bundles {own.name!r} of the classes "
                    f"{', '.join(own.classes)}; {bundle.path} is {theirs.name!r} of "
                    f"{', '.join(theirs.classes)}: give the parameter library another folder"
                )
            return

    def _has(self, bundle: Bundle) -> bool:
        try:
            return Bundle.load(self.folder(bundle.manifest.version)).manifest == bundle.manifest
        except BundleError:  # lost or damaged: restore it from the given bundle
            self._copy(bundle)
            return True

    def _copy(self, bundle: Bundle) -> None:
        target = self.folder(bundle.manifest.version)
        remove_folder(target)
        draft = target.with_name(f".{target.name}.new")
        draft.mkdir(exist_ok=True)
        for name in (MANIFEST, *bundle.files):
            write_whole(draft / name, (bundle.path / name).read_bytes())
        move_folder(draft, target)


def version_folder(root: Path, version: int) -> Path:
    """Return the folder of a version's bundle without opening the library."""
    return root / VERSIONS / f"{version:06d}"


def version_manifest(root: Path, version: int) -> Manifest | None:
    """Return a version's manifest; None if it has none here, or none that can be read."""
    try:
        text = (version_folder(root, version) / MANIFEST).read_text(encoding="utf-8")
        return Manifest.from_json(text)
    except (OSError, BundleError, UnicodeDecodeError):
        return None


def _read_ledger(path: Path) -> VersionLedger:
    try:
        return VersionLedger.from_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return VersionLedger()
    except (OSError, UnicodeDecodeError, VersionLedgerError) as error:
        raise LibraryError(f"{path}: {error}; give another library, or restore the file") from error
