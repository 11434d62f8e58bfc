"""Where the bundles of a model store lie, and what their manifests say."""

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
        name: of its slot; BASE for the base.
        path: its folder.
        manifest: of it.
        manifest_sha256: its identity.
    """

    name: str
    path: Path
    manifest: Manifest
    manifest_sha256: str

    @property
    def version(self) -> int:
        """Its version."""
        return self.manifest.version


def store_folder(root: Path, *, robot: str, manifest: Manifest) -> Path:
    """Where the models of a robot and a bundle line lie."""
    line = f"{_safe(manifest.name)}-{manifest.classes_hash}"
    return root.expanduser() / _safe(robot) / line


def read_slots(folder: Path) -> list[Slot]:
    """The slots of a store whose manifest can be read, in no order."""
    slots = []
    for path in (folder / SLOTS).iterdir() if (folder / SLOTS).is_dir() else ():
        if path.name.startswith("."):
            continue
        try:
            slots.append(read_slot(path, name=path.name))
        except BundleError:
            continue  # whoever wants it, finds the highest that can be read
    return slots


def read_slot(path: Path, *, name: str) -> Slot:
    """What a bundle's manifest says; its files are not looked at.

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
    """A file name that stands for any name: `fleet/walker` and `..` too."""
    return quote(name, safe=" ").replace(".", "%2E") or os.curdir
