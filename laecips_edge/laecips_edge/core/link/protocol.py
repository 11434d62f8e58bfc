"""Which protocol versions a robot and a cloud speak, and in which they meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from laecips_edge.core.link.wire import WireError

LARGEST: Final = 2**32 - 1


@dataclass(frozen=True, kw_only=True)
class Versions:
    """Versions of the bridge's protocol that one side speaks.

    Attributes:
        oldest: that is still spoken, from 1 on.
        newest: that is spoken.
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


OURS: Final = Versions(oldest=1, newest=1)
"""What this software speaks."""


def meeting(mine: Versions, theirs: Versions) -> int:
    """Return the newest version that both sides speak.

    Raises:
        WireError: there is none; the line says who must be updated.
    """
    version = min(mine.newest, theirs.newest)
    if version in mine and version in theirs:
        return version
    older = "the other side" if theirs.newest < mine.oldest else "this side"
    raise WireError(
        f"the other side speaks protocol {theirs}, this side {mine}: update {older}, the older one"
    )
