"""A training as a file: all that the worker needs to start it or to resume it."""

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
        version: number of the new pair.
        parent: version whose weights the training starts from.
        given: the first training's version, whose IoU is the gate's floor.
        good: versions whose best mIoU on the source frames the gate compares with.
        trigger: what started the training: `buffer`, `interval` or `operator`.
        rows: most rows of the replay buffer that are read, the newest ones.
        last_row: number of the newest row that may be read.
        buffer: the replay buffer's file.
        source: folder of the labelled source frames.
        source_frames: most source frames that are used.
        engine: inference engine of the robots, which examines the pair.
        settings: how the pair is trained and judged; the seed is this training's own.
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
        """Write the job to `job.json` in `folder`, atomically; make the folder if needed."""
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / JOB, json.dumps(asdict(self), indent=1, sort_keys=True).encode())

    @classmethod
    def read(cls, folder: Path) -> TrainingJob:
        """Read the job in `folder`.

        Raises:
            ValueError: there is no job, or another version of the program wrote it.
        """
        path = folder / JOB
        try:
            content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            content["settings"] = OnlineTraining(**content["settings"])
            content["good"] = tuple(content["good"])
            return cls(**content)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise ValueError(
                f"{path}: not a job ({error}); the next training uses its frames"
            ) from error
