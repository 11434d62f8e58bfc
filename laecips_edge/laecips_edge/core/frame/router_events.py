"""What a router tells besides its answers."""

from __future__ import annotations

from laecips_edge.core.frame.frame import Frame, SeenFrame
from laecips_edge.core.frame.running_pair import Look


class RouterEvents:
    """Callbacks of a router that do nothing; a subclass overrides those that it needs."""

    def seen(self, seen: SeenFrame, look: Look) -> None:
        """Take a frame that the pair has labelled."""

    def rejected(self, frame: Frame, error: Exception) -> None:
        """Take a frame that could not be decoded or labelled, and the error."""

    def useless(self, detail: str) -> None:
        """Take a failure of the cloud or of the link to it, one line."""

    def late(self, detail: str) -> None:
        """Take a frame that got no answer by its deadline, one line."""

    def useful(self) -> None:
        """Take a useful answer of the cloud."""
