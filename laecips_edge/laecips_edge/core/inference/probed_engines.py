"""What probes have found out on this machine, kept in the user's cache folder.

A file holds for one machine (processor, versions of the engines), one architecture (the graphs of f
and h, which no training changes), devices and threads. It can be removed at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Final

from laecips_edge.core.atomic_files import write_whole
from laecips_edge.core.bundle.bundle import GRAPH_F, GRAPH_H, INT8
from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.cache_folder import cache_folder
from laecips_edge.core.inference.engine_probe import ProbedEngine

_PACKAGES: Final = (
    "onnxruntime",
    "onnxruntime-gpu",
    "onnxruntime-openvino",
    "openvino",
    "laecips_edge",
)
_OF_A_PROCESSOR: Final = ("model name", "flags", "Features", "CPU implementer", "CPU part")


def architecture(manifest: Manifest) -> tuple[str, ...]:
    """Return the hashes of a bundle's graphs and int8 ranges, which all its versions share."""
    return tuple(
        manifest.files[name] for name in (GRAPH_F, GRAPH_H, INT8) if name in manifest.files
    )


class ProbedEngines:
    """The probes of one machine, for some devices and threads.

    Args:
        providers: see `create_engine`.
        threads: see `create_engine`.
    """

    def __init__(self, *, providers: Sequence[str], threads: int) -> None:
        self._here = (*_machine(), *providers, str(threads))

    def file(self, manifest: Manifest) -> Path | None:
        """Return the file of a bundle's architecture; None if the user has no home folder."""
        of_both = "\n".join((*self._here, *architecture(manifest)))
        key = hashlib.sha256(of_both.encode()).hexdigest()
        try:
            return cache_folder() / "engines" / f"{key[:32]}.json"
        except RuntimeError:
            return None

    def read(self, manifest: Manifest) -> list[ProbedEngine]:
        """Return what is known of a bundle's architecture; empty if nothing is."""
        file = self.file(manifest)
        try:
            found = json.loads(file.read_text(encoding="utf-8")) if file is not None else []
            probed = [ProbedEngine(**each) for each in found]
            # Earlier versions kept what a Ctrl-C had killed.
            return [] if any(each.killed for each in probed) else probed
        except (OSError, ValueError, TypeError, AttributeError):
            return []

    def write(self, manifest: Manifest, probed: Sequence[ProbedEngine]) -> None:
        """Keep what was found out, unless another try may find out something else.

        Raises:
            OSError: the file cannot be written.
        """
        file = self.file(manifest)
        if file is None or not all(each.lasting for each in probed):
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps([asdict(each) for each in probed], indent=2) + "\n"
        write_whole(file, text.encode())


def _machine() -> tuple[str, ...]:
    """Return what the speed of an engine depends on here."""
    versions = []
    for package in _PACKAGES:
        try:
            versions.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            continue
    return (platform.machine(), str(os.cpu_count()), *_processor(), *versions)


def _processor() -> list[str]:
    try:
        first, _, _ = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("\n\n")
    except OSError:
        return [platform.processor()]
    return [line for line in first.splitlines() if line.startswith(_OF_A_PROCESSOR)]
