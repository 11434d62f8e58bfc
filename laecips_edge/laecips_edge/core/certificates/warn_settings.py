"""When the diagnostics of bridge and gateway warn; docs/operations.md says what to do then."""

from __future__ import annotations

from dataclasses import dataclass

from laecips_edge.core.settings import Settings, setting


@dataclass(frozen=True, kw_only=True)
class CertificateWarnSettings(Settings):
    """The bound beyond which bridge and gateway warn of their own certificate."""

    certificate_days: float = setting(
        14.0,
        "Days before the end of the node's certificate from which on it warns.",
        minimum=0.0,
        maximum=3650.0,
        changes="unconfigured",
    )
