"""The contract of a model update: what is offered, and a piece of its files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PIECE_OK: Final = 0
PIECE_UNAVAILABLE: Final = 4
"""Of the statuses of laecips_msgs/srv/GetModel, those that are not the server's alone."""


@dataclass(frozen=True, kw_only=True)
class PieceRequest:
    """A piece that is wanted.

    Attributes:
        version: of the bundle.
        file: name within its folder.
        offset: first byte.
        length: most bytes; there may be fewer.
    """

    version: int
    file: str
    offset: int
    length: int


@dataclass(frozen=True, kw_only=True)
class PieceAnswer:
    """A piece, or why there is none.

    Attributes:
        status: of laecips_msgs/srv/GetModel.
        message: one line; empty when OK.
        size: bytes of the whole file.
        data: from the offset on.
    """

    status: int
    message: str = ""
    size: int = 0
    data: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """The pair that robots should run, as laecips_msgs/msg/ModelUpdate has it."""

    stamp_ns: int
    name: str
    version: int
    parent: int
    classes_hash: str
    manifest_sha256: str
    bytes: int
    ordered: bool
