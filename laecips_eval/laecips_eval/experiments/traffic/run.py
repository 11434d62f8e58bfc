"""The experiment `traffic`: measure the shipped networks' answers, and write the page."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import cv2
from laecips_cloud.class_scorers import create_class_scorer
from laecips_cloud.console import progress_bar
from laecips_cloud.mask_generators.graph import GraphMaskGenerator
from laecips_cloud.mask_generators.none import NoMasks
from laecips_edge.core.atomic_files import whole_file
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.segmenter import Segmenter

from laecips_eval.datasets.streams import InspectionStream
from laecips_eval.experiments.traffic.measure import measure
from laecips_eval.experiments.traffic.page import page
from laecips_eval.shipped_models import shipped_bundle, shipped_teacher

EVERY: Final = 30
"""Frames of the drive that are measured, one in so many."""


def run_traffic(output: Path, *, every: int = EVERY) -> None:
    """Run the experiment and write its page.

    Args:
        output: path of the page.
        every: use every N-th frame of the drive.

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
    output.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(output) as file:
        file.write(page(traffic, every=every))
