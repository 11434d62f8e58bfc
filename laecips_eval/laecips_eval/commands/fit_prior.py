"""`laecips fit-prior`: how far a teacher overrates rare classes."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from laecips_eval.commands.options import add_root

HELP = "fit a large network's logit adjustment on labelled source frames, into a class table"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command line."""
    parser.add_argument("teacher", type=Path, help="folder with network.onnx and classes.yaml")
    parser.add_argument(
        "--dataset", choices=("camvid", "inspection"), default="inspection", help="data set"
    )
    add_root(parser)
    parser.add_argument(
        "--held-out",
        help="split of labelled source frames, or share of the training split's end, that the "
        "network has not learnt from; without it the one that `laecips train` keeps back",
    )
    parser.add_argument("--frames", type=int, default=96, help="take only so many of them")
    parser.add_argument("--variants", type=int, default=2, help="drifted variants of each frame")


def run(args: argparse.Namespace) -> int:
    """Fits the adjustment and writes it into the class table.

    Raises:
        ValueError: teacher or data set cannot be used.
    """
    import cv2
    from laecips_cloud.class_scorers.semantic_network import SemanticNetwork

    from laecips_eval.class_prior import fit_prior
    from laecips_eval.teacher_table import write_table
    from laecips_eval.training_frames import open_training_frames

    cv2.setNumThreads(1)
    _, frames = open_training_frames(
        args.dataset, root=args.root, held_out=args.held_out, held_out_count=args.frames
    )
    network = SemanticNetwork(args.teacher, frames.classes)
    fit = fit_prior(network, frames, variants=args.variants)
    table = replace(network.table, logit_adjustment=fit.logit_adjustment())
    write_table(args.teacher, table)
    by_power = fit.miou()
    print(
        f"power {fit.power():g} of the classes' weights taken back: mIoU {by_power[0.0]:.4f} -> "
        f"{by_power[fit.power()]:.4f} on {len(frames)} frames and their variants"
    )
    return 0
