"""Builds a `HardFrameService` from settings: for the cloud node, and for a replay without ROS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from laecips_edge.core.bundle.bundle import Bundle

from laecips_cloud.class_scorers import create_class_scorer
from laecips_cloud.fusion.assisted_inference import AssistedInference
from laecips_cloud.hard_frames.cloud_settings import BEST_EFFORT, CloudSettings
from laecips_cloud.hard_frames.loaded_models import LoadedModels
from laecips_cloud.hard_frames.service import HardFrameService
from laecips_cloud.mask_generators import create_mask_generator
from laecips_cloud.plugins import options_of
from laecips_cloud.replay_buffer.buffer import ReplayBuffer


def hard_frame_service(
    settings: CloudSettings,
    *,
    now_ns: Callable[[], int],
    on_failure: Callable[[Exception], None],
) -> HardFrameService:
    """Load networks and mask generator, and open the replay buffer.

    Args:
        settings: the cloud node's settings.
        now_ns: returns the clock of the replay buffer in nanoseconds.
        on_failure: called with each unexpected exception.

    Returns:
        The service; the caller closes its buffer.

    Raises:
        ValueError: a setting is wrong, a bundle cannot run, or the buffer's file is not a replay
            buffer of these classes, or another service uses it. Nothing is left open.
    """
    models = LoadedModels(
        settings.bundle_paths(), library=settings.library_path(), assemble=settings.segmenter
    )
    inference = AssistedInference(
        create_mask_generator(settings.mask_generator, options_of(settings.mask_options)),
        create_class_scorer(
            settings.class_scorer, options_of(settings.scorer_options), classes=models.classes
        ),
        classes=len(models.classes),
        vote=settings.vote,
        max_batch=settings.max_batch,
        batch_window_s=settings.batch_window_ms / 1e3,
    )
    buffer = ReplayBuffer(
        settings.made_buffer_path(),
        classes=models.classes,
        max_frames=settings.max_frames,
        max_bytes=settings.max_bytes,
        sole=True,
    )
    return HardFrameService(
        models=models,
        inference=inference,
        buffer=buffer,
        now_ns=now_ns,
        on_failure=on_failure,
        confidence_bound=settings.confidence_bound,
        keep_required=settings.keep != BEST_EFFORT,
    )


def offline_service(
    bundle: Bundle,
    settings: CloudSettings,
    *,
    buffer: Path,
    library: Path | None = None,
    now_ns: Callable[[], int],
) -> HardFrameService:
    """Build the service of a replay without ROS; it raises unexpected exceptions.

    Args:
        bundle: the pair at the start of the run.
        settings: the cloud node's settings; their bundles, library and buffer path are ignored.
        buffer: file of the replay buffer.
        library: folder of the trainer's library; None if nothing is trained: then the buffer keeps
            one frame only.
        now_ns: returns the clock of the replay buffer in nanoseconds.

    Returns:
        The service; the caller closes its buffer.

    Raises:
        ValueError: see `hard_frame_service`.
    """

    def fail(error: Exception) -> None:
        raise error

    files = replace(
        settings,
        bundles=(str(bundle.path),),
        library="" if library is None else str(library),
        buffer_path=str(buffer),
        keep="required",  # nobody watches diagnostics here
        # Without a library no training reads the frames.
        max_frames=1 if library is None else settings.max_frames,
    )
    return hard_frame_service(files, now_ns=now_ns, on_failure=fail)
