"""The experiment `traffic`: measure the shipped networks' answers, and write the page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import Final

import cv2
import torch
from laecips_cloud.class_scorers import ClassScorer, create_class_scorer
from laecips_cloud.console import progress_bar, timed_lines
from laecips_cloud.mask_generators.graph import GraphMaskGenerator
from laecips_cloud.mask_generators.none import NoMasks
from laecips_edge.core.atomic_files import whole_file
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.cache_folder import cache_folder
from laecips_edge.core.inference.segmenter import Segmenter

from laecips_eval.datasets.source_frames import ensure_source
from laecips_eval.datasets.streams import InspectionStream
from laecips_eval.experiments.finished_rows import Row
from laecips_eval.experiments.traffic.measure import measure
from laecips_eval.experiments.traffic.page import page
from laecips_eval.experiments.traffic.updates import (
    halves_of,
    run_missing,
    run_update_trial,
    score,
    source_of,
)
from laecips_eval.inspection_scene.bag_recipes import PATROL, SHIFT
from laecips_eval.shipped_models import shipped_bundle, shipped_teacher

EVERY: Final = 30
"""Frames of the drive that are measured, one in so many."""


UPDATES_EVERY: Final = 5
"""The same of the updates: half of the frames are learnt from, half are measured."""

SEEDS: Final = (0, 1, 2)
"""Of the drives of the updates."""


def run_traffic(
    output: Path,
    *,
    models: Path,
    every: int = EVERY,
    updates_every: int = UPDATES_EVERY,
    seeds: Sequence[int] = SEEDS,
) -> None:
    """Run the experiment and write its page.

    Args:
        output: path of the page.
        models: folder of the finished trainings, which are not run again.
        every: use every N-th frame of the drive.
        updates_every: the same for the updates.
        seeds: of the drives of the updates.

    Raises:
        ValueError: a network cannot be used.
        OSError: the page cannot be written.
    """
    cv2.setNumThreads(1)
    stream = InspectionStream(every=every)
    edge = create_class_scorer("edge", classes=stream.classes)
    teacher = create_class_scorer("onnx", {"model": str(shipped_teacher())}, classes=stream.classes)
    with progress_bar("traffic") as progress:
        traffic = measure(
            stream,
            robot=Segmenter(Bundle.load(shipped_bundle(), classes=stream.classes)),
            ways={
                "f's scores and the graph segmentation (the cloud's defaults)": (
                    edge,
                    GraphMaskGenerator(),
                ),
                "The teacher's scores (the demo)": (teacher, NoMasks()),
            },
            progress=lambda done: progress(done, len(stream)),
        )
    rows = _updates(teacher, models, every=updates_every, seeds=seeds)
    output.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(output) as file:
        file.write(page(traffic, rows, every=every))


def _updates(teacher: ClassScorer, models: Path, *, every: int, seeds: Sequence[int]) -> list[Row]:
    torch.set_num_threads(1)
    parent = Bundle.load(shipped_bundle())
    source = cache(lambda: source_of(parent, ensure_source(cache_folder() / "source")))
    return run_missing(
        models / "updates.jsonl",
        [(drive, seed) for drive in (PATROL, SHIFT) for seed in seeds],
        halves=lambda drive, seed: halves_of(
            InspectionStream(seed=seed, every=every, drive=drive),
            teacher,
            score=partial(score, parent),
        ),
        run=lambda trial, halves: run_update_trial(
            trial, parent, halves, source(), models / "update"
        ),
        progress=timed_lines(),
    )
