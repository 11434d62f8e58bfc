"""The slots of a model store: the folders of its bundles, with their manifests."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from laecips_edge.core.bundle.bundle import MANIFEST
from laecips_edge.core.bundle.manifest import BundleError, Manifest
from laecips_edge.core.signing.signature import SignatureError
from laecips_edge.core.signing.signature_file import read_signature
from laecips_edge.core.signing.trusted_keys import TrustedKeys

SLOTS = "slots"


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A bundle that can run.

    Attributes:
        name: name of its slot; BASE for the base.
        path: folder of the bundle.
        manifest: manifest of the bundle.
        manifest_sha256: sha256 of manifest.json, 64 hex digits: the bundle's identity.
        signature: text of the signature that came with it; empty: none.
    """

    name: str
    path: Path
    manifest: Manifest
    manifest_sha256: str
    signature: str = ""

    @property
    def version(self) -> int:
        """The bundle's version."""
        return self.manifest.version


def store_folder(root: Path, *, robot: str, manifest: Manifest) -> Path:
    """Return the folder of one robot's store for one bundle line.

    Args:
        root: folder of all stores.
        robot: name of the robot.
        manifest: manifest of any bundle of the line.
    """
    line = f"{_safe(manifest.name)}-{manifest.classes_hash}"
    return root.expanduser() / _safe(robot) / line


def read_slots(folder: Path) -> list[Slot]:
    """Return the slots of a store whose manifest can be read, in no order."""
    slots = []
    for path in (folder / SLOTS).iterdir() if (folder / SLOTS).is_dir() else ():
        if path.name.startswith("."):
            continue
        try:
            slots.append(read_slot(path, name=path.name))
        except BundleError:
            continue  # a broken slot must not hide the others
    return slots


def read_slot(path: Path, *, name: str) -> Slot:
    """Return the slot of a bundle; only its manifest and signature are read.

    Args:
        path: folder of the bundle.
        name: name of the slot.

    Raises:
        BundleError: the manifest cannot be read.
    """
    try:
        data = (path / MANIFEST).read_bytes()
    except OSError as error:
        raise BundleError(f"{path / MANIFEST}: cannot be read ({error.strerror})") from error
    manifest = Manifest.from_json(data.decode(errors="replace"))
    return Slot(
        name=name,
        path=path,
        manifest=manifest,
        manifest_sha256=hashlib.sha256(data).hexdigest(),
        signature=read_signature(path),
    )


def why_untrusted(slot: Slot, trusted: TrustedKeys | None) -> str:
    """Return why a slot may not run for its signature, one line; empty if it may.

    The time plays no part: an expiry must not stop a pair that was taken in time.

    Args:
        slot: a slot, not the base.
        trusted: keys of which one must have signed it; None: it needs no signature.
    """
    if trusted is None:
        return ""
    try:
        trusted.check(slot.signature, manifest_sha256=slot.manifest_sha256)
    except SignatureError as error:
        return str(error)
    return ""


def _safe(name: str) -> str:
    """Return a safe folder name for any name, `fleet/walker` and `..` included."""
    return quote(name, safe=" ").replace(".", "%2E") or os.curdir
