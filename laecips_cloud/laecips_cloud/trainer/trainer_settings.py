"""Settings of the trainer, all of them; `config/trainer.yaml` shows them with their defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from laecips_edge.core.inference.engines import ENGINE_NAMES
from laecips_edge.core.settings import SettingError, Settings, setting

from laecips_cloud.trainer.job_template import JobTemplate
from laecips_cloud.trainer.triggers import Triggers
from laecips_cloud.training.online.settings import OnlineTraining

_DAY_S: Final = 86400.0

_fixed = partial(setting, changes="unconfigured")  # all act when the trainer is configured


@dataclass(frozen=True, kw_only=True)
class TrainerSettings(Settings):
    """See the module.

    Raises:
        ValueError: besides, numbers do not fit each other.
    """

    bundle: str = _fixed(
        "", "Folder of the first training's bundle, which the library begins with."
    )
    library: str = _fixed(
        "~/.ros/laecips/library", "Folder of all versions; made where there is none."
    )
    buffer_path: str = _fixed("~/.ros/laecips/replay.sqlite", "The cloud node's replay buffer.")
    source: str = _fixed("", "Folder of labelled source frames: images, labels, classes.yaml.")
    source_frames: int = _fixed(
        400, "Most source frames that are used, evenly spread.", minimum=4, maximum=100_000
    )
    engine: str = _fixed(
        "onnxruntime",
        "Inference engine that pairs are examined on: the robots'.",
        choices=ENGINE_NAMES,
    )
    max_buffer: int = _fixed(
        100, "So many new frames start a training.", minimum=2, maximum=1_000_000
    )
    max_interval_s: float = _fixed(
        1800.0,
        "Seconds since the last training after which min_frames new frames start one.",
        minimum=1.0,
        maximum=365 * _DAY_S,
    )
    min_frames: int = _fixed(
        30, "New frames that max_interval_s needs to start one.", minimum=2, maximum=1_000_000
    )
    max_lessons: int = _fixed(
        400, "Newest frames of the buffer that one training reads.", minimum=2, maximum=1_000_000
    )
    keep_versions: int = _fixed(
        5, "Old versions, good and others, that stay on the disk.", minimum=1, maximum=10_000
    )
    threads: int = _fixed(1, "Of the worker that trains.", minimum=1, maximum=256)
    nice: int = _fixed(
        19, "Priority of the worker that trains; 19 is the lowest.", minimum=0, maximum=19
    )
    max_chunk: int = _fixed(
        1 << 18, "Most bytes of a model that one answer carries.", minimum=1024, maximum=1 << 24
    )
    training: OnlineTraining = field(default_factory=OnlineTraining)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.triggers()  # where they do not fit each other, that is said now
        if self.max_lessons < self.max_buffer:
            raise SettingError(
                f"parameter max_lessons is {self.max_lessons}: new frames would not be learnt "
                f"from, give at least max_buffer, which is {self.max_buffer}"
            )

    def triggers(self) -> Triggers:
        """Return when to train."""
        return Triggers(
            max_buffer=self.max_buffer,
            max_interval_s=self.max_interval_s,
            min_frames=self.min_frames,
        )

    def recipe(self) -> JobTemplate:
        """Return how to train.

        Raises:
            SettingError: a path is missing.
        """
        return JobTemplate(
            buffer=self.path("buffer_path", what="the replay buffer of the cloud node"),
            max_lessons=self.max_lessons,
            source=self.path(
                "source",
                what="a folder of labelled source frames (images/, labels/, classes.yaml): the "
                "promotion gate is held on them",
            ),
            source_frames=self.source_frames,
            engine=self.engine,
            settings=self.training,
        )

    def bundle_path(self) -> Path:
        """Return the folder of `bundle`; SettingError where none is given."""
        return self.path("bundle", what="the folder of the first training's bundle")

    def library_path(self) -> Path:
        """Return the folder of `library`; SettingError where none is given."""
        return self.path("library", what="a folder for the versions")
