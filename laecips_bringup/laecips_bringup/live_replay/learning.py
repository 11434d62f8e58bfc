"""One line about the training in a run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Learning:
    """State of the training in a run, from the trainer's status and the robot's answers.

    Attributes:
        running: version of the pair in the last answer; 0 before the first answer.
        activity: the trainer's activity; empty without a trainer or before its first status.
        promoted, refused, rolled_back: versions so far.
    """

    running: int = 0
    activity: str = ""
    promoted: int = 0
    refused: int = 0
    rolled_back: int = 0

    def __str__(self) -> str:
        """Return one line for the user; empty where nothing is trained."""
        if not self.activity:
            return ""
        counts = [f"{self.promoted} promoted", f"{self.refused} refused"]
        if self.rolled_back:
            counts.append(f"{self.rolled_back} rolled back")
        return f"version {self.running} runs, {', '.join(counts)}; {self.activity}"
