"""A training as a file: all that the worker needs to begin it, or to take it up again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from laecips_edge.core.atomic_files import write_whole

from laecips_cloud.training.online.settings import OnlineTraining

JOB: Final = "job.json"


@dataclass(frozen=True, kw_only=True)
class TrainingJob:
    """One training.

    Attributes:
        version: number of the pair that it makes.
        parent: version that it goes on from.
        given: the first training's version, whose IoU is the gate's floor.
        good: versions that are not to be done worse than.
        trigger: what asked for it.
        rows: at most so many of the newest rows of the replay buffer,
        last_row: up to the one of this number.
        buffer: the replay buffer's file.
        source: folder of the labelled source frames,
        source_frames: of which at most so many are used.
        engine: that the pair is examined on, the robots'.
        settings: how it is trained and judged; its seed is this training's own.
    """

    version: int
    parent: int
    given: int
    good: tuple[int, ...]
    trigger: str
    rows: int
    last_row: int
    buffer: str
    source: str
    source_frames: int
    engine: str
    settings: OnlineTraining

    def write(self, folder: Path) -> None:
        """Writes it down as `job.json`, whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / JOB, json.dumps(asdict(self), indent=1, sort_keys=True).encode())

    @classmethod
    def read(cls, folder: Path) -> TrainingJob:
        """Reads it.

        Raises:
            ValueError: it is not there, or not a job of this version of the program.
        """
        path = folder / JOB
        try:
            content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            content["settings"] = OnlineTraining(**content["settings"])
            content["good"] = tuple(content["good"])
            return cls(**content)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise ValueError(
                f"{path}: not a job ({error}); the frames will be in the next"
            ) from error
