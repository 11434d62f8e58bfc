"""The contract of a model update: the trainer's offer, the pieces of files, the robot's report."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


@dataclass(frozen=True, kw_only=True)
class ModelOffer:
    """An offer of a bundle that robots should run, as in laecips_msgs/ModelUpdate.

    Attributes:
        name: name of the bundle line.
        version: version of the pair.
        parent: version that it was trained from; 0 for a first training.
        classes_hash: hash of its classes.
        manifest_sha256: sha256 of its manifest.json, 64 hex digits; the bundle's identity.
        bytes: size of all its files together.
        ordered: an operator ordered it (rollback or pin): a robot accepts it even if it has run a
            higher version.
        signature: text of its signature (`core.signing.signature`); empty: not signed.
    """

    name: str
    version: int
    parent: int = 0
    classes_hash: str
    manifest_sha256: str
    bytes: int
    ordered: bool = False
    signature: str = ""


@dataclass(frozen=True, kw_only=True)
class PieceRequest:
    """A robot's request for a piece of a bundle's file.

    Attributes:
        version: version of the pair.
        file: name of the file in the bundle's folder.
        offset: offset of the first byte.
        length: largest number of bytes; the server may send fewer.
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
        status: outcome of the request.
        message: one line: what, where and what to do; empty if OK.
        size: size of the whole file in bytes.
        data: the bytes from the offset on.
    """

    status: PieceStatus = PieceStatus.OK
    message: str = ""
    size: int = 0
    data: bytes = b""

    @property
    def refusal(self) -> str:
        """Why the server refused the request, one line; empty if it did not."""
        if self.status is PieceStatus.OK:
            return ""
        reason = " ".join(self.message.split()) or "no reason given"
        return f"refused ({int(self.status)}): {reason}"


class UpdateOutcome(StrEnum):
    """Outcome of an offer on a robot. The names are those of laecips_msgs/ModelReport."""

    SWAPPED = "swapped"
    REFUSED = "refused"
    ROLLED_BACK = "rolled back"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class UpdateReport:
    """A robot's report on an offer.

    Attributes:
        outcome: outcome of the offer.
        version: the offered version.
        running: the version that runs now.
        reason: one line; empty if swapped.
        transfer_s: seconds from the first request to the last answer.
        bytes: number of bytes received.
        swap_ms: milliseconds for which the swap could have blocked the inference thread.
        frames_lost: number of frames superseded while the pair was loaded, tested and swapped in.
    """

    outcome: UpdateOutcome
    version: int
    running: int
    reason: str = ""
    transfer_s: float = 0.0
    bytes: int = 0
    swap_ms: float = 0.0
    frames_lost: int = 0


@dataclass(frozen=True, kw_only=True)
class RobotReport:
    """A report and the robot that made it, as in laecips_msgs/ModelReport.

    Attributes:
        robot: name of the robot.
        stamp_ns: time of the report by the robot's clock, nanoseconds.
        report: what became of the offer.
    """

    robot: str
    stamp_ns: int
    report: UpdateReport
