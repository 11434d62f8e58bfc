"""All settings of the gateway node; `config/gateway.yaml` shows their defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from laecips_edge.core.certificates.warn_settings import CertificateWarnSettings
from laecips_edge.core.settings import Settings, setting

from laecips_cloud.gateway.quotas import Limits

_fixed = partial(setting, changes="unconfigured")  # the node reads these when it is configured


@dataclass(frozen=True, kw_only=True)
class GatewaySettings(Settings):
    """The gateway's address, its certificates, and the limits of one robot."""

    address: str = _fixed("0.0.0.0:50443", "HOST:PORT to listen at.")
    certificates: str = _fixed("", "Folder that `laecips certs gateway NAME` has made.")
    insecure: bool = _fixed(
        False, "Plain text, without certificates: on this machine alone (address 127.0.0.1:PORT)."
    )
    announce: bool = _fixed(
        False,
        "Announce the address on the network (DNS-SD), so that robots without one find it; needs "
        "the Python package zeroconf.",
    )
    frames_per_minute: int = _fixed(
        600, "Frames a minute that a robot may send; 0: no bound.", minimum=0, maximum=100_000
    )
    bytes_per_minute: int = _fixed(
        120_000_000,
        "Bytes a minute that a robot may send; 0: no bound.",
        minimum=0,
        maximum=2**40,
    )
    max_in_flight: int = _fixed(
        4, "Frames of a robot that are answered at a time.", minimum=1, maximum=16
    )

    warn: CertificateWarnSettings = field(default_factory=CertificateWarnSettings)

    def teaching_limits(self) -> Limits:
        """Return the limits of one robot's pieces of frames for teaching."""
        return Limits(
            frames_per_minute=0,
            bytes_per_minute=self.bytes_per_minute,
            in_flight=self.max_in_flight,
        )

    def limits(self) -> Limits:
        """Return the limits of one robot's hard frames."""
        return Limits(
            frames_per_minute=self.frames_per_minute,
            bytes_per_minute=self.bytes_per_minute,
            in_flight=self.max_in_flight,
        )
