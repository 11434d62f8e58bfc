"""`laecips fit-blend`: fit the weight of a teacher's scores against f's."""

from __future__ import annotations

import argparse
from dataclasses import replace

from laecips_eval.commands.options import (
    add_bundle,
    add_teacher_and_frames,
    chosen_bundle,
    chosen_frames,
)

HELP = "fit the weight of the class scorer `blend` on labelled source frames, into a class table"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_teacher_and_frames(parser)
    add_bundle(parser)


def run(args: argparse.Namespace) -> int:
    """Fit the weight and write it into the class table.

    Raises:
        ValueError: bundle, teacher or data set cannot be used.
    """
    import cv2
    from laecips_cloud.class_scorers.semantic_network import SemanticNetwork
    from laecips_edge.core.bundle.bundle import Bundle
    from laecips_edge.core.inference.segmenter import Segmenter

    from laecips_eval.model_fitting.blend_weight import fit_cloud_weight

    cv2.setNumThreads(1)
    segmenter = Segmenter(Bundle.load(chosen_bundle(args)))
    network = SemanticNetwork(args.teacher, segmenter.manifest.classes)
    frames = chosen_frames(args)
    weight = fit_cloud_weight(segmenter, network, frames, variants=args.variants)
    replace(network.table, cloud_weight=weight).write(network.table_path)
    print(f"cloud_weight {weight}: fitted on {len(frames)} frames and their variants")
    return 0
