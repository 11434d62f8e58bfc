"""The cloud of a replay without ROS: its settings, and its service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

from laecips_edge.core.bundle.bundle import Bundle

from laecips_cloud.class_scorers import create_class_scorer
from laecips_cloud.fusion.assisted_inference import AssistedInference
from laecips_cloud.fusion.vote import Vote
from laecips_cloud.hard_frames.loaded_models import LoadedModels
from laecips_cloud.hard_frames.service import HardFrameService
from laecips_cloud.mask_generators import create_mask_generator
from laecips_cloud.plugins import options_of
from laecips_cloud.replay_buffer.buffer import ReplayBuffer


@dataclass(frozen=True, kw_only=True)
class CloudSettings:
    """The cloud node's parameters that decide what comes out of a frame.

    Attributes:
        mask_generator: its name.
        mask_options: its own options, each NAME=VALUE.
        class_scorer: its name.
        scorer_options: its own options, each NAME=VALUE.
        vote: when a mask may overrule its pixels.
        engine: name of the inference engine that runs f.
        providers: its execution providers.
        threads: its threads.
    """

    mask_generator: str = "graph"
    mask_options: tuple[str, ...] = ()
    class_scorer: str = "edge"
    scorer_options: tuple[str, ...] = ()
    vote: Vote = Vote()  # noqa: RUF009 (frozen)
    engine: str = "onnxruntime"
    providers: tuple[str, ...] = ("CPUExecutionProvider",)
    threads: int = 1

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, Any]) -> Self:
        """Picks them out of all parameters of the node; what is missing keeps its default."""
        found = {f.name: parameters[f.name] for f in fields(cls) if f.name in parameters}
        # ROS has no empty lists with a type: one empty text stands for none.
        lists = {
            name: tuple(text for text in value if text)
            for name, value in found.items()
            if isinstance(value, list | tuple)
        }
        bounds = {f.name: f"vote.{f.name}" for f in fields(Vote)}
        given = {name: parameters[key] for name, key in bounds.items() if key in parameters}
        return cls(**found | lists, vote=Vote(**given))


def offline_service(
    bundle: Bundle,
    settings: CloudSettings,
    *,
    buffer: Path,
    library: Path | None = None,
    now_ns: Callable[[], int],
) -> HardFrameService:
    """What answers hard frames.

    Args:
        bundle: the pair that the run begins with.
        settings: what the cloud node would be told.
        buffer: file of the replay buffer.
        library: of the trainer; None where nothing is trained, and of the frames nothing is kept.
        now_ns: the clock of the replay buffer.

    Raises:
        ValueError: a setting is unknown, or the bundle cannot run.
    """

    def fail(error: Exception) -> None:
        raise error

    return HardFrameService(
        models=LoadedModels(
            [bundle.path],
            library=library,
            engine=settings.engine,
            providers=settings.providers,
            threads=settings.threads,
        ),
        inference=AssistedInference(
            create_mask_generator(settings.mask_generator, options_of(settings.mask_options)),
            create_class_scorer(
                settings.class_scorer,
                options_of(settings.scorer_options),
                classes=bundle.manifest.classes,
            ),
            classes=len(bundle.manifest.classes),
            vote=settings.vote,
        ),
        buffer=ReplayBuffer(
            buffer,
            classes=bundle.manifest.classes,
            # Where no training will ask for these frames.
            **({"max_frames": 1} if library is None else {}),
        ),
        now_ns=now_ns,
        on_failure=fail,
    )
