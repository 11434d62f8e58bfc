"""Protocol versions of a robot and a cloud, and the newest that both support."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from laecips_edge.core.link.wire_error import WireError

LARGEST: Final = 2**32 - 1


@dataclass(frozen=True, kw_only=True)
class Versions:
    """The range of the bridge's protocol versions that one side supports.

    Attributes:
        oldest: oldest supported version, at least 1.
        newest: newest supported version.
    """

    oldest: int
    newest: int

    def __post_init__(self) -> None:
        if not 1 <= self.oldest <= self.newest <= LARGEST:
            raise WireError(f"protocol versions {self.oldest} to {self.newest} are no range")

    def __contains__(self, version: int) -> bool:
        return self.oldest <= version <= self.newest

    def __str__(self) -> str:
        if self.oldest == self.newest:
            return str(self.oldest)
        return f"{self.oldest} to {self.newest}"


OURS: Final = Versions(oldest=2, newest=2)
"""What this software speaks. In version 1 maps and scores were PNG."""


def meeting(mine: Versions, theirs: Versions) -> int:
    """Return the newest version that both sides support.

    Raises:
        WireError: there is none; the message names the side to update.
    """
    version = min(mine.newest, theirs.newest)
    if version in mine and version in theirs:
        return version
    older = "the other side" if theirs.newest < mine.oldest else "this side"
    raise WireError(
        f"the other side speaks protocol {theirs}, this side {mine}: update {older}, the older one"
    )
