"""`laecips fit-blend`: how much a teacher's word counts beside f's."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from laecips_eval.commands.options import add_bundle, add_root, chosen_bundle

HELP = "fit the weight of the class scorer `blend` on labelled source frames, into a class table"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command line."""
    parser.add_argument("teacher", type=Path, help="folder with network.onnx and classes.yaml")
    add_bundle(parser)
    parser.add_argument(
        "--dataset", choices=("camvid", "inspection"), default="inspection", help="data set"
    )
    add_root(parser)
    parser.add_argument(
        "--held-out",
        help="split of labelled source frames, or share of the training split's end, that neither "
        "has learnt from; without it the one that `laecips train` keeps back",
    )
    parser.add_argument("--frames", type=int, default=96, help="take only so many of them")
    parser.add_argument("--variants", type=int, default=2, help="drifted variants of each frame")


def run(args: argparse.Namespace) -> int:
    """Fits the weight and writes it into the class table.

    Raises:
        ValueError: bundle, teacher or data set cannot be used.
    """
    import cv2
    from laecips_cloud.class_scorers.semantic_network import SemanticNetwork
    from laecips_edge.core.bundle import Bundle
    from laecips_edge.core.segmenter import Segmenter

    from laecips_eval.blend_weight import fit_cloud_weight
    from laecips_eval.teacher_table import write_table
    from laecips_eval.training_frames import open_training_frames

    cv2.setNumThreads(1)
    segmenter = Segmenter(Bundle.load(chosen_bundle(args)))
    network = SemanticNetwork(args.teacher, segmenter.manifest.classes)
    _, frames = open_training_frames(
        args.dataset, root=args.root, held_out=args.held_out, held_out_count=args.frames
    )
    weight = fit_cloud_weight(segmenter, network, frames, variants=args.variants)
    write_table(args.teacher, replace(network.table, cloud_weight=weight))
    print(f"cloud_weight {weight}: fitted on {len(frames)} frames and their variants")
    return 0
