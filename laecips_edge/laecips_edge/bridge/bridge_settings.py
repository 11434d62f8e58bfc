"""All settings of the bridge node; `config/bridge.yaml` shows them with their defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Final

from laecips_edge.core.certificates.warn_settings import CertificateWarnSettings
from laecips_edge.core.settings import Settings, setting

MADE: Final = "the folder that `laecips certs robot NAME` has made"

_fixed = partial(setting, changes="unconfigured")  # the node reads these when it is configured


@dataclass(frozen=True, kw_only=True)
class BridgeSettings(Settings):
    """The gateways' addresses, the robot's certificates, and the spool."""

    addresses: tuple[str, ...] = _fixed(
        (),
        "HOST:PORT of each gateway: the first that works is asked, the others are spares. Empty: "
        "those that announce themselves on the network.",
    )
    certificates: str = _fixed("", "Folder that `laecips certs robot NAME` has made.")
    tls_name: str = _fixed("", "Name in the gateway's certificate, where the address has another.")
    insecure: bool = _fixed(
        False, "Plain text, without certificates: to a gateway on this machine alone."
    )
    spool: str = _fixed(
        "~/.ros/laecips/spool",
        "Folder for the hard frames that no cloud has answered; they are sent for teaching later.",
    )
    spool_bytes: int = _fixed(
        256_000_000, "Most bytes of spooled frames; 0: no spool.", minimum=0, maximum=2**40
    )
    spool_days: float = _fixed(
        7.0, "Days after which a spooled frame is dropped.", minimum=0.0, maximum=365.0
    )
    spool_frames_per_minute: float = _fixed(
        60.0, "Spooled frames sent a minute, at most.", minimum=0.1, maximum=6000.0
    )
    warn: CertificateWarnSettings = field(default_factory=CertificateWarnSettings)
