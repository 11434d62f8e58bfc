"""Settings of the trainer, all of them; `config/trainer.yaml` shows them with their defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from laecips_edge.core.inference.engines import ENGINE_NAMES
from laecips_edge.core.settings import SettingError, Settings, setting
from laecips_edge.core.signing.signing_key import SigningKey

from laecips_cloud.library.update_signer import UpdateSigner
from laecips_cloud.trainer.job_template import JobTemplate
from laecips_cloud.trainer.triggers import Triggers
from laecips_cloud.trainer.warn_settings import TrainerWarnSettings
from laecips_cloud.training.online.settings import OnlineTraining

_DAY_S: Final = 86400.0

_fixed = partial(setting, changes="unconfigured")  # all act when the trainer is configured


@dataclass(frozen=True, kw_only=True)
class TrainerSettings(Settings):
    """The trainer's parameters.

    Raises:
        ValueError: a value is out of range, or two values contradict each other.
    """

    bundle: str = _fixed("", "Folder of the first training's bundle, the library's first version.")
    library: str = _fixed(
        "~/.ros/laecips/library", "Folder of all versions; made if it does not exist."
    )
    buffer_path: str = _fixed("~/.ros/laecips/replay.sqlite", "The cloud node's replay buffer.")
    source: str = _fixed("", "Folder of labelled source frames: images, labels, classes.yaml.")
    source_frames: int = _fixed(
        400, "Most source frames to use, evenly spread.", minimum=4, maximum=100_000
    )
    engine: str = _fixed(
        "onnxruntime",
        "Inference engine of the robots, which examines the pairs.",
        choices=ENGINE_NAMES,
    )
    max_buffer: int = _fixed(
        100, "Number of new frames that starts a training.", minimum=2, maximum=1_000_000
    )
    max_interval_s: float = _fixed(
        1800.0,
        "Seconds since the last training after which min_frames new frames start the next.",
        minimum=1.0,
        maximum=365 * _DAY_S,
    )
    min_frames: int = _fixed(
        30, "New frames that start a training after max_interval_s.", minimum=2, maximum=1_000_000
    )
    calm_buffer: int = _fixed(
        400,
        "New frames that start a training in a calm scene, in which neither h nor the classes of "
        "the frames have drifted since the last training; 0: as in any other scene.",
        minimum=0,
        maximum=1_000_000,
    )
    max_lessons: int = _fixed(
        400, "Newest frames of the buffer that a training reads.", minimum=2, maximum=1_000_000
    )
    keep_versions: int = _fixed(
        5, "Old versions to keep: so many good and so many other ones.", minimum=1, maximum=10_000
    )
    threads: int = _fixed(1, "Threads of the worker that trains.", minimum=1, maximum=256)
    nice: int = _fixed(
        19, "Nice value of the worker; 19 is the lowest priority.", minimum=0, maximum=19
    )
    max_chunk: int = _fixed(
        1 << 18, "Most bytes of a model file in one answer.", minimum=1024, maximum=1 << 24
    )
    signing_key: str = _fixed(
        "",
        "File of the key that signs what is offered (update.key of `laecips certs sign-key`); "
        "empty: offers are not signed.",
    )
    signature_days: float = _fixed(
        30.0,
        "Days for which robots may take what was signed; it is signed again after half of them.",
        minimum=0.01,
        maximum=3650.0,
    )
    training: OnlineTraining = field(default_factory=OnlineTraining)
    warn: TrainerWarnSettings = field(default_factory=TrainerWarnSettings)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.triggers()  # raises if the values contradict each other
        if self.max_lessons < self.max_buffer:
            raise SettingError(
                f"parameter max_lessons is {self.max_lessons}: trainings would leave new frames "
                f"out, give at least max_buffer, which is {self.max_buffer}"
            )

    def triggers(self) -> Triggers:
        """Return when to train."""
        return Triggers(
            max_buffer=self.max_buffer,
            max_interval_s=self.max_interval_s,
            min_frames=self.min_frames,
            calm_buffer=self.calm_buffer,
        )

    def recipe(self) -> JobTemplate:
        """Return the part of the job that all trainings share.

        Raises:
            SettingError: a path is missing.
        """
        return JobTemplate(
            buffer=self.path("buffer_path", what="the replay buffer of the cloud node"),
            max_lessons=self.max_lessons,
            source=self.path(
                "source",
                what="a folder of labelled source frames (images/, labels/, classes.yaml), which "
                "the promotion gate needs",
            ),
            source_frames=self.source_frames,
            engine=self.engine,
            settings=self.training,
        )

    def signer(self) -> UpdateSigner | None:
        """Return what signs offers; None without a key.

        Raises:
            SignatureError: the key cannot be read.
        """
        if not self.signing_key:
            return None
        key = SigningKey.read(Path(self.signing_key).expanduser())
        return UpdateSigner(key, days=self.signature_days)

    def bundle_path(self) -> Path:
        """Return the folder of `bundle`.

        Raises:
            SettingError: none is given.
        """
        return self.path("bundle", what="the folder of the first training's bundle")

    def library_path(self) -> Path:
        """Return the folder of `library`.

        Raises:
            SettingError: none is given.
        """
        return self.path("library", what="a folder for the versions")
