"""Settings of the cloud node, all of them; `config/cloud.yaml` shows them with their defaults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from laecips_edge.core.inference.engine_settings import EngineSettings
from laecips_edge.core.link.confidence_map import USUAL_BOUND
from laecips_edge.core.settings import SettingError, setting

from laecips_cloud.fusion.vote import Vote
from laecips_cloud.hard_frames.warn_settings import CloudWarnSettings

BEST_EFFORT: Final = "best_effort"
"""Value of `keep`: answers go on without the replay buffer."""

MAX_BATCH: Final = 64
"""Largest `max_batch`."""

_fixed = partial(setting, changes="unconfigured")  # all act when the node is configured


def _refuse_options(options: Sequence[str]) -> str | None:
    return next((f"{text!r} is not NAME=VALUE" for text in options if "=" not in text), None)


@dataclass(frozen=True, kw_only=True)
class CloudSettings(EngineSettings):
    """The cloud node's parameters."""

    bundles: tuple[str, ...] = _fixed(
        (),
        "Folders of model bundles, one for each version of f on the robots; all of the same "
        "classes.",
    )
    library: str = _fixed(
        "", "Folder of the trainer's library, which has the robots' later versions; empty: none."
    )
    mask_generator: str = _fixed(
        "graph", "Plugin that cuts pictures into masks: graph, sam, or another installed one."
    )
    mask_options: tuple[str, ...] = _fixed(
        (),
        "The mask generator's own options, each NAME=VALUE: checkpoint=sam_vit_b, ...",
        check=_refuse_options,
    )
    class_scorer: str = _fixed(
        "edge",
        "Plugin whose scores give the masks their classes: edge, onnx, blend, or another "
        "installed one.",
    )
    scorer_options: tuple[str, ...] = _fixed(
        (),
        "The class scorer's own options, each NAME=VALUE: model=/models/large, threads=4, ...",
        check=_refuse_options,
    )
    vote: Vote = field(default_factory=Vote)
    max_batch: int = _fixed(
        1,
        "Most requests, for example of several robots, that share a run of the class scorer and "
        "of the mask generator if these take several pictures; 1: one request at a time.",
        minimum=1,
        maximum=MAX_BATCH,
    )
    batch_window_ms: float = _fixed(
        10.0,
        "Milliseconds that the first request of a batch waits for others that are being decoded.",
        minimum=0.0,
        maximum=10_000.0,
    )
    # A confidence map is exact on this bound and coarse beyond it, see `core.link.confidence_map`.
    confidence_bound: float = _fixed(
        USUAL_BOUND,
        "Confidence that answers and replay buffer keep each pixel on its side of: the trainer's "
        "training.min_confidence.",
        minimum=0.0,
        maximum=1.0,
    )
    keep: str = _fixed(
        BEST_EFFORT,
        "best_effort: a frame is answered although the replay buffer cannot take it (full disk); "
        "required: it is refused then.",
        choices=(BEST_EFFORT, "required"),
    )
    buffer_path: str = _fixed(
        "~/.ros/laecips/replay.sqlite",
        "File of the replay buffer; made with its folder if it does not exist.",
    )
    max_frames: int = _fixed(
        5000,
        "Most frames that the replay buffer keeps; the oldest are removed first.",
        minimum=1,
        maximum=10_000_000,
    )
    max_bytes: int = _fixed(
        2 << 30,
        "Most bytes of pictures and maps that the replay buffer keeps; the oldest frames are "
        "removed first.",
        minimum=1,
        maximum=1 << 50,
    )
    retention_days: float = _fixed(
        0.0,
        "Days after which frames are removed from the replay buffer; 0: no limit.",
        minimum=0.0,
        maximum=36500.0,
    )

    warn: CloudWarnSettings = field(default_factory=CloudWarnSettings)

    def bundle_paths(self) -> list[Path]:
        """Return the folders of `bundles`."""
        return [Path(text).expanduser() for text in self.bundles]

    def library_path(self) -> Path | None:
        """Return the folder of `library`; None if the parameter is empty."""
        return Path(self.library).expanduser() if self.library else None

    def made_buffer_path(self) -> Path:
        """Make the folder of the replay buffer, and return the path of its file.

        Raises:
            SettingError: the folder cannot be made, or no path is given.
        """
        path = self.path("buffer_path", what="the path of a file")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingError(
                f"parameter buffer_path: {path.parent} cannot be made ({error.strerror}); "
                "give a path that can be written"
            ) from error
        return path
