"""`laecips models export-sam`: a checkpoint of SAM as files for the mask generator `sam_onnx`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Actions = argparse._SubParsersAction[argparse.ArgumentParser]

ACTION = "export-sam"


def add_export_sam(actions: Actions) -> None:
    """Declares the action among those of `laecips models`."""
    about = "export a checkpoint of SAM for the mask generator sam_onnx, and try it against torch"
    parser = actions.add_parser(ACTION, help=about, description=about)
    parser.add_argument(
        "checkpoint",
        metavar="CHECKPOINT",
        help="of segment-anything, any size: a path, or a name that was fetched",
    )
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FOLDER", help="for the files"
    )
    parser.add_argument(
        "--int8",
        action="store_true",
        help="let the image encoder multiply in int8: half the file and faster on ONNX Runtime, "
        "for masks that differ a little; refused where they differ too much",
    )


def run(args: argparse.Namespace) -> int:
    """Writes the files and says how well they agree.

    Raises:
        ValueError: the checkpoint is none, the folder is something else or the export disagrees.
        OSError: the files cannot be written.
        ImportError: segment-anything or what exports is not installed.
    """
    from laecips_cloud.mask_generators.sam.export.sam_export import export_sam
    from laecips_cloud.mask_generators.sam.onnx_backend.manifest import FILES

    manifest = export_sam(args.checkpoint, args.output, int8=args.int8)
    size = sum((args.output.expanduser() / name).stat().st_size for name in FILES)
    agreement = manifest.agreement
    print(
        f"{args.output}: {size / 1e6:.0f} MB, for pictures of {manifest.image_size} pixels\n"
        f"against torch: masks' mean IoU {agreement['mask_iou']:.4f}, largest difference of a "
        f"rating {agreement['max_rating_difference']:.1e}\n"
        f"use it: mask_generator: sam_onnx, mask_options: [model={args.output}]"
    )
    return 0
