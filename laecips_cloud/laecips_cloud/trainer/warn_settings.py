"""When the trainer's diagnostics warn; docs/operations.md says what to do then."""

from __future__ import annotations

from dataclasses import dataclass

from laecips_edge.core.settings import Settings, setting


@dataclass(frozen=True, kw_only=True)
class TrainerWarnSettings(Settings):
    """Bounds beyond which the trainer warns in `/diagnostics`."""

    in_vain: int = setting(
        3,
        "Trainings refused or rolled back one after the other at which it warns; 0: never.",
        minimum=0,
        maximum=1_000_000,
    )
    free_bytes: int = setting(
        500_000_000,
        "Free bytes on the library's disk below which the node warns; 0: never.",
        minimum=0,
        maximum=1 << 50,
    )
