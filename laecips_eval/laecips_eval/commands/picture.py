"""`laecips picture`: frames of a bag beside f's label map and the truth, as one image file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from laecips_eval.commands.options import add_bundle, chosen_bundle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from laecips_edge.core.inference.segmenter import Segmenter

    from laecips_eval.bags import Bag
    from laecips_eval.reports.docs.contact_sheet import Picture

HELP = "show frames of a bag, f's label maps and the truth side by side"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("bag", help="the bag")
    add_bundle(parser)
    parser.add_argument(
        "--frames",
        type=int,
        nargs="+",
        default=[0],
        help="positions of the frames in the bag, from 0",
    )
    parser.add_argument(
        "-o", "--output", type=Path, required=True, help="the image file, .png or .jpg"
    )


def run(args: argparse.Namespace) -> int:
    """Draw the sheet.

    Raises:
        ValueError: the bag or bundle cannot be used, the bag does not have a frame, or the file is
            neither .png nor .jpg.
        OSError: the file cannot be written.
    """
    import cv2
    from laecips_edge.core.bundle.bundle import Bundle
    from laecips_edge.core.inference.segmenter import Segmenter

    from laecips_eval.bags import open_bag
    from laecips_eval.reports.docs.contact_sheet import contact_sheet

    if args.output.suffix not in {".png", ".jpg"}:
        raise ValueError(f"{args.output} is neither .png nor .jpg")
    bag = open_bag(args.bag)
    segmenter = Segmenter(Bundle.load(chosen_bundle(args)))
    manifest = segmenter.manifest
    rows = _rows(bag, segmenter, args.frames)
    captions = ["camera", f"f ({manifest.name} v{manifest.version})", "truth"][: len(rows[0])]
    sheet = contact_sheet(
        rows, captions=captions, classes=manifest.classes, palette=manifest.palette
    )
    _, data = cv2.imencode(args.output.suffix, cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
    args.output.write_bytes(data.tobytes())
    print(f"wrote {args.output}")
    return 0


def _rows(bag: Bag, segmenter: Segmenter, wanted: Sequence[int]) -> list[list[Picture]]:
    """Return one row per wanted frame, in bag order: camera, overlay, and truth if present."""
    from laecips_edge.core.image.overlay import Overlay

    missing = [index for index in wanted if not 0 <= index < len(bag)]
    if missing:
        raise ValueError(f"{len(bag)} frames are in the bag, so there is no frame {missing[0]}")
    truth, rows = bag.truth(), []
    overlay = Overlay(segmenter.manifest.palette)
    for index, frame in enumerate(bag.frames()):
        if index not in wanted:
            continue
        rgb = frame.rgb()
        row = [rgb, overlay.paint(rgb, segmenter.predict(rgb).label_map)]
        if frame.stamp_ns in truth:
            row.append(overlay.paint(rgb, truth[frame.stamp_ns]))
        rows.append(row)
    return rows
