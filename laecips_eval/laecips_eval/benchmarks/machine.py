"""What a page says of the machine that it was measured on."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Final

_TELLING: Final = ("avx2", "avx512f", "avx512_bf16", "amx_bf16", "asimd", "bf16", "sve")
"""Abilities of a processor that change how fast an engine is."""


def this_machine(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Return a sentence on the processor, its cores, and how busy they are.

    Args:
        cpuinfo: Linux's description of the processor.
    """
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[2]
    able = ", ".join(_abilities(cpuinfo)) or "no extension known"
    return (
        f"Measured on a processor of the kind {platform.machine()} ({able}) with {cores} cores; "
        f"mean load of the last 15 minutes {load:.1f}, these benchmarks included."
    )


def _abilities(cpuinfo: Path) -> list[str]:
    try:
        text = cpuinfo.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    lines = (line.partition(":") for line in text.splitlines())
    found = {
        word
        for name, _, words in lines
        if name.strip() in ("flags", "Features")
        for word in words.split()
    }
    return [name for name in _TELLING if name in found]
