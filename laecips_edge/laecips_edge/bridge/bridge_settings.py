"""All settings of the bridge node; `config/bridge.yaml` shows them with their defaults."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from laecips_edge.core.settings import Settings, setting

MADE: Final = "the folder that `laecips certs robot NAME` has made"

_fixed = partial(setting, changes="unconfigured")  # the node reads these when it is configured


@dataclass(frozen=True, kw_only=True)
class BridgeSettings(Settings):
    """The gateway's address, and the robot's certificates."""

    address: str = _fixed("", "HOST:PORT of the gateway.")
    certificates: str = _fixed("", "Folder that `laecips certs robot NAME` has made.")
    tls_name: str = _fixed("", "Name in the gateway's certificate, where the address has another.")
    insecure: bool = _fixed(
        False, "Plain text, without certificates: to a gateway on this machine alone."
    )
