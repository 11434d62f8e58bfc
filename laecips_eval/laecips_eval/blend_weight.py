"""The blend's weight from labelled source frames, and into a class table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from laecips_cloud.class_scorers.class_table import ClassTable
from laecips_cloud.class_scorers.fit_blend import BlendFit
from laecips_cloud.class_scorers.semantic_network import TABLE, SemanticNetwork
from laecips_cloud.training.labelled_frames import LabelledFrames
from laecips_cloud.training.rows import drifted
from laecips_edge.core.segmenter import Segmenter

from laecips_eval.whole_file import whole_file


def fit_cloud_weight(
    segmenter: Segmenter,
    network: SemanticNetwork,
    frames: LabelledFrames,
    *,
    variants: int = 2,
    seed: int = 0,
) -> float:
    """The weight that serves the frames best, as they are and in other light from a moved camera.

    Args:
        segmenter: f.
        network: the cloud's, of the same classes.
        frames: labelled source frames that neither has learnt from; never a replayed stream.
        variants: drifted variants of each frame, besides the frame itself.
        seed: of the variants.
    """
    if list(frames.classes) != list(segmenter.manifest.classes):
        raise ValueError("the labelled frames have other classes than the bundle")
    fit = BlendFit(unknown=tuple(i for i, row in enumerate(network.table.rows) if not row))
    for index in range(len(frames)):
        _, image, label = frames[index]
        for variant in range(variants + 1):
            random = np.random.default_rng((seed, index, variant))
            rgb, truth = drifted(image, label, random) if variant else (image, label)
            rgb = np.ascontiguousarray(rgb)
            fit.add(segmenter.scores(rgb), network.scores(rgb), truth)
    return fit.cloud_weight()


def write_cloud_weight(teacher: Path, table: ClassTable, weight: float) -> None:
    """Writes a teacher's class table anew, with the weight in it."""
    path = teacher / TABLE if teacher.is_dir() else teacher.with_suffix(".yaml")
    with whole_file(path) as file:
        file.write(replace(table, cloud_weight=weight).to_yaml())
