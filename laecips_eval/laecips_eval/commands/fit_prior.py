"""`laecips fit-prior`: how far a teacher overrates rare classes."""

from __future__ import annotations

import argparse
from dataclasses import replace

from laecips_eval.commands.options import add_teacher_and_frames, chosen_frames

HELP = "fit a large network's logit adjustment on labelled source frames, into a class table"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command line."""
    add_teacher_and_frames(parser)


def run(args: argparse.Namespace) -> int:
    """Fits the adjustment and writes it into the class table.

    Raises:
        ValueError: teacher or data set cannot be used.
    """
    import cv2
    from laecips_cloud.class_scorers.semantic_network import SemanticNetwork

    from laecips_eval.class_prior import fit_prior
    from laecips_eval.teacher_table import write_table

    cv2.setNumThreads(1)
    frames = chosen_frames(args)
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
