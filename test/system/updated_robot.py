"""An edge node that follows model updates, and frames played to it one after the other."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from edge_robot import Robot
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.update.slots import read_slots, store_folder
from processes import RosProcess, until

WATCHED = 12
QUICK = {
    "audit_rate": 0.0,
    "first_retry_s": 0.1,
    "longest_retry_s": 0.2,
    "deadline_s": 20.0,
    "update_rate_limit": 0,
    "watch_frames": WATCHED,
}


def start(
    domain: int, bundle: Bundle, store: Path, namespace: str, **parameters: Any
) -> RosProcess:
    """An edge node with a model store of the test's."""
    named = {"robot": "robot", "bundle": bundle.path, "model_store": store}
    given = named | QUICK | parameters
    arguments = ["-r", f"__ns:={namespace}"]
    return RosProcess("laecips_edge.edge_node", domain, parameters=given, arguments=arguments)


def kept(store: Path, bundle: Bundle, robot: str = "robot") -> list[int]:
    """Versions in the slots of a robot's store."""
    folder = store_folder(store, robot=robot, manifest=bundle.manifest)
    return sorted(slot.version for slot in read_slots(folder))


def picture(seed: int) -> np.ndarray:
    """Coloured blocks, uint8 [96,128,3]."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (6, 8, 3), np.uint8).repeat(16, axis=0).repeat(16, axis=1)


class Player:
    """Plays frames, each once the one before was answered: what is lost then, an exchange lost.

    Args:
        robot: that answers.
    """

    def __init__(self, robot: Robot) -> None:
        self._robot = robot
        self._lost_before = self._lost()
        self.played: list[int] = []
        self.versions: list[int] = []

    def play(self, frames: int = 1) -> int:
        """Play some; the version that answered the last."""
        for _ in range(frames):
            header = self._robot.send_rgb(picture(len(self.played)))
            self.versions.append(self._robot.answer(header).bundle_version)
            self.played.append(header.stamp.sec)
        return self.versions[-1]

    def play_until(self, condition: Callable[[], object], what: str) -> None:
        """Play on until something is so."""
        until(lambda: self.play() and condition(), process=self._robot.process, what=what)

    def play_until_kept(self, version: int) -> None:
        """Play on until a version's trial is over."""
        line = f"version {version} passed its trial and stays"
        self.play_until(lambda: line in self._robot.process.log(), line)

    def check_that_none_is_lost(self) -> None:
        """Every frame was answered, and once."""
        answers = Counter(message.header.stamp.sec for message in self._robot.segmentations)
        assert [answers[stamp] for stamp in self.played] == [1] * len(self.played)
        assert self._lost() == self._lost_before

    def _lost(self) -> int:
        status = self._robot.settled()
        return int(status.superseded + status.rejected)
