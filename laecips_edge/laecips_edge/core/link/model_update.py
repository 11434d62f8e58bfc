"""The contract of a model update: what a trainer offers, how files travel, what a robot reports."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


@dataclass(frozen=True, kw_only=True)
class ModelOffer:
    """A bundle that robots should run, as laecips_msgs/ModelUpdate announces it.

    Attributes:
        name: of the bundle line.
        version: of the pair.
        parent: version that it was trained from; 0 for a first training.
        classes_hash: of its classes.
        manifest_sha256: of its manifest.json, 64 hex digits; the bundle's identity.
        bytes: of all its files together.
        ordered: an operator's word: a robot takes it although it has run a higher version.
    """

    name: str
    version: int
    parent: int = 0
    classes_hash: str
    manifest_sha256: str
    bytes: int
    ordered: bool = False


@dataclass(frozen=True, kw_only=True)
class PieceRequest:
    """A robot's question for a piece of a file of a bundle.

    Attributes:
        version: of the pair.
        file: name within the bundle's folder.
        offset: first byte wanted.
        length: most bytes wanted; the server may give fewer.
    """

    version: int
    file: str
    offset: int
    length: int


class PieceStatus(IntEnum):
    """How a piece's request ended; the values of laecips_msgs/srv/GetModel."""

    OK = 0
    UNKNOWN_VERSION = 1
    UNKNOWN_FILE = 2
    BAD_REQUEST = 3
    UNAVAILABLE = 4


@dataclass(frozen=True, kw_only=True)
class PieceAnswer:
    """The answer to a `PieceRequest`.

    Attributes:
        status: how it went.
        message: one line: what, where and what to do; empty when OK.
        size: bytes of the whole file.
        data: from the offset on.
    """

    status: PieceStatus = PieceStatus.OK
    message: str = ""
    size: int = 0
    data: bytes = b""

    @property
    def refusal(self) -> str:
        """Why there is no data, one line; empty where there is."""
        if self.status is PieceStatus.OK:
            return ""
        reason = " ".join(self.message.split()) or "no reason given"
        return f"refused ({int(self.status)}): {reason}"


class UpdateOutcome(StrEnum):
    """What became of an offer. The names are those of laecips_msgs/ModelReport."""

    SWAPPED = "swapped"
    REFUSED = "refused"
    ROLLED_BACK = "rolled back"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class UpdateReport:
    """What a robot says of an offer.

    Attributes:
        outcome: what became of it.
        version: that was offered.
        running: version that runs now.
        reason: one line; empty when swapped.
        transfer_s: seconds from the first request to the last piece.
        bytes: that came over the wire.
        swap_ms: how long the exchange could keep the inference thread from its frames.
        frames_lost: frames superseded while it was loaded, tested and exchanged.
    """

    outcome: UpdateOutcome
    version: int
    running: int
    reason: str = ""
    transfer_s: float = 0.0
    bytes: int = 0
    swap_ms: float = 0.0
    frames_lost: int = 0
