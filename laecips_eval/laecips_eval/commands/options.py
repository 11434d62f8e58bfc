"""Options that several commands have; light to import, as all that declares a command line is."""

from __future__ import annotations

import argparse
from pathlib import Path

CAMVID_LAYOUT = (
    "images/NAME.jpg, labels/NAME.png (class index, 8 bit), classes.yaml (classes, colors, "
    "ignore_index), splits.yaml (names by split)"
)
"""What a folder of CamVid must hold."""


def add_bundle(parser: argparse.ArgumentParser) -> None:
    """Declares --bundle; `chosen_bundle` says which it is."""
    parser.add_argument(
        "--bundle", type=Path, help="folder of the model bundle; without it the shipped one"
    )


def chosen_bundle(args: argparse.Namespace) -> Path:
    """The bundle that was named, else the shipped one.

    Raises:
        FileNotFoundError: none was named, and none is installed.
    """
    from laecips_eval.shipped import shipped_bundle

    return Path(args.bundle or shipped_bundle())


def add_root(parser: argparse._ActionsContainer) -> None:
    """Declares --root, the folder of a data set that is not generated."""
    parser.add_argument(
        "--root", type=Path, help=f"folder of CamVid, which must hold {CAMVID_LAYOUT}"
    )
