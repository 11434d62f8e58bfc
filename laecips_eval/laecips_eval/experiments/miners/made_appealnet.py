"""The AppealNet that stands beside the shipped pair: trained once, on what the pair has seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from laecips_cloud.training.first.appealnet_training import AppealNetTraining, appealnet_training
from laecips_edge.core.bundle.bundle import MANIFEST, Bundle

from laecips_eval.datasets.training_frames import open_training_frames
from laecips_eval.model_fitting.assisted_inference import assisted_inference

HELD_OUT_FRAMES = 900
"""Of the shipped pair's training (docs/training.md): h has learnt from the first half of them."""


def made_appealnet(
    folder: Path,
    *,
    pair: Path,
    teacher: Path,
    held_out_frames: int = HELD_OUT_FRAMES,
    settings: AppealNetTraining | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> Path:
    """Return the folder of an AppealNet's bundle; train it if it is not there, in 15 minutes.

    Args:
        folder: of the bundle.
        pair: bundle of the pair that it begins with, trained on generated inspection scenes.
        teacher: answers for the cloud.
        held_out_frames: number of held-out scenes of the pair's training.
        settings: of the training; None for those of the command `laecips train`.
        progress: called with lines for people.

    Raises:
        ValueError: pair or teacher cannot be used, or the folder is something else.
    """
    if (folder / MANIFEST).is_file():
        return folder
    _, held_out = open_training_frames("inspection", held_out_count=held_out_frames)
    appealnet_training(
        Bundle.load(pair),
        held_out,
        settings=settings or AppealNetTraining(teacher=teacher.resolve().name),
        assist=assisted_inference(teacher, held_out.classes),
        path=folder,
        progress=progress,
    )
    return folder
