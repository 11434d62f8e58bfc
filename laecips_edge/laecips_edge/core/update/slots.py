"""The slots of a model store: the folders of its bundles, with their manifests."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from laecips_edge.core.bundle.bundle import MANIFEST
from laecips_edge.core.bundle.manifest import BundleError, Manifest

SLOTS = "slots"


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A bundle that can run.

    Attributes:
        name: name of its slot; BASE for the base.
        path: folder of the bundle.
        manifest: manifest of the bundle.
        manifest_sha256: sha256 of manifest.json, 64 hex digits: the bundle's identity.
    """

    name: str
    path: Path
    manifest: Manifest
    manifest_sha256: str

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
    """Return the slot of a bundle; only its manifest is read.

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
    )


def _safe(name: str) -> str:
    """Return a safe folder name for any name, `fleet/walker` and `..` included."""
    return quote(name, safe=" ").replace(".", "%2E") or os.curdir
