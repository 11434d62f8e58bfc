"""What a robot has learnt so far in a replay, for the live view."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Learning:
    """From the trainer's status and the robot's answers.

    Attributes:
        running: version of the pair that has answered last; 0 before the first answer.
        activity: what the trainer does; empty where there is none, or nothing was heard of it.
        promoted, refused, rolled_back: versions so far.
    """

    running: int = 0
    activity: str = ""
    promoted: int = 0
    refused: int = 0
    rolled_back: int = 0

    def __str__(self) -> str:
        """One line for people; empty where nothing is learnt."""
        if not self.activity:
            return ""
        counts = [f"{self.promoted} promoted", f"{self.refused} refused"]
        if self.rolled_back:
            counts.append(f"{self.rolled_back} rolled back")
        return f"version {self.running} runs, {', '.join(counts)}; {self.activity}"
