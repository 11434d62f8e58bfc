"""Options that several commands have; light to import, as all that declares a command line is."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from laecips_cloud.training.data.labelled_frames import LabelledFrames

CAMVID_LAYOUT = (
    "images/NAME.jpg, labels/NAME.png (class index, 8 bit), classes.yaml (classes, colors, "
    "ignore_index), splits.yaml (names by split)"
)
"""What a folder of CamVid must hold."""

FOLDER_LAYOUT = "images/NAME.jpg, labels/NAME.png (class index), classes.yaml (classes)"
"""What a folder of one's own must hold, unless its layout.yaml says otherwise."""


def add_bundle(parser: argparse._ActionsContainer) -> None:
    """Declare --bundle; `chosen_bundle` says which it is."""
    parser.add_argument(
        "--bundle", type=Path, help="folder of the model bundle; without it the shipped one"
    )


def chosen_bundle(args: argparse.Namespace) -> Path:
    """Return the bundle that was named, else the shipped one.

    Raises:
        FileNotFoundError: none was named, and none is installed.
    """
    from laecips_eval.shipped_models import shipped_bundle

    return Path(args.bundle or shipped_bundle())


def add_dataset(parser: argparse._ActionsContainer) -> None:
    """Declare --dataset, and --root for one that is not generated."""
    parser.add_argument(
        "--dataset",
        choices=("camvid", "folder", "inspection"),
        default="inspection",
        help="data set; folder: your own pictures",
    )
    add_root(parser)


def add_root(parser: argparse._ActionsContainer) -> None:
    """Declare --root, the folder of a data set that is not generated."""
    parser.add_argument(
        "--root",
        type=Path,
        metavar="DIR",
        help=f"folder of your own pictures, which must hold {FOLDER_LAYOUT}; or of CamVid, which "
        f"must hold {CAMVID_LAYOUT}",
    )


def add_teacher_and_frames(parser: argparse.ArgumentParser) -> None:
    """Declare a teacher, and the labelled source frames that something of it is fitted on."""
    parser.add_argument("teacher", type=Path, help="folder with network.onnx and classes.yaml")
    add_dataset(parser)
    parser.add_argument(
        "--held-out",
        help="split of labelled source frames, or share of the training split's end, that no "
        "network here has learnt from; without it the one that `laecips train` keeps back",
    )
    parser.add_argument("--frames", type=int, default=96, help="take only so many of them")
    parser.add_argument("--variants", type=int, default=2, help="drifted variants of each frame")


def chosen_frames(args: argparse.Namespace) -> LabelledFrames:
    """Those frames.

    Raises:
        ValueError: the data set cannot be used.
    """
    from laecips_eval.datasets.training_frames import open_training_frames

    _, frames = open_training_frames(
        args.dataset, root=args.root, held_out=args.held_out, held_out_count=args.frames
    )
    return frames
