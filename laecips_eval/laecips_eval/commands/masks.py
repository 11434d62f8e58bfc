"""`laecips masks`: quality of the graph segmentation's masks for several settings."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from laecips_eval.commands.options import CAMVID_LAYOUT, FOLDER_LAYOUT

if TYPE_CHECKING:
    from laecips_cloud.training.data.labelled_frames import LabelledFrames
    from laecips_edge.core.inference.segmenter import Segmenter

    from laecips_eval.mask_study.mask_quality import Quality, StudiedFrame

HELP = "compare settings of the graph mask generator, and write the comparison as a page"

SETTINGS = (
    # sigma, scale, min_size
    (0.5, 50.0, 20),
    (0.5, 100.0, 20),
    (0.5, 200.0, 20),
    (0.8, 50.0, 20),
    (0.8, 100.0, 50),
    (0.8, 300.0, 100),
)

INTRODUCTION = """# Mask generators

This page compares settings of OpenCV's graph segmentation (Felzenszwalb and Huttenlocher, 2004),
which makes the masks when there is no checkpoint of a large model. All times are of one thread. The
frames come from CamVid's `pretrain` and the inspection scene's `held_out`; no replayed frame was
used for a choice.

**The default is sigma 0.5, scale 50, min_size 20.** scikit-image's implementation of the
same paper gives no better masks for the same number of regions, and takes three times as long.
Small masks are better: an object that is split into several masks can still get its class, an
object that shares a mask with its surroundings cannot.

    laecips masks --camvid ROOT --bundle laecips_bringup/bundles/inspection \\
        -o docs/results/mask-generators.md

- *masks*: mean number of masks per frame.
- *best IoU*: mean over the true regions of the IoU with the best-fitting mask.
- *upper bound*: data-set mIoU if each mask got the true class of most of its pixels.
- *gain*: data-set mIoU of fusion with f's own scores minus that of f, in points, within the
  default bounds of the vote; *Algorithm 1* is the same without bounds, as the paper prints it.
- *ms*: median time per frame on one core. Times depend on the machine, their ratios hardly.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("-o", "--output", type=Path, required=True, help="the page, PAGE.md")
    parser.add_argument(
        "--bundle",
        type=Path,
        help="bundle of the inspection scene, to measure the gain; without it there is no gain",
    )
    parser.add_argument(
        "--camvid",
        type=Path,
        metavar="ROOT",
        help=f"folder of CamVid, which must hold {CAMVID_LAYOUT}; without it CamVid is left out",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        help=f"folder of your own pictures, which must hold {FOLDER_LAYOUT}: what is learnt from "
        "gets a section too",
    )
    parser.add_argument("--frames", type=int, default=24, help="number of frames of each data set")


def run(args: argparse.Namespace) -> int:
    """Write the page.

    Raises:
        ValueError: a data set or bundle cannot be used.
        OSError: the page cannot be written.
    """
    import cv2
    from laecips_edge.core.bundle.bundle import Bundle
    from laecips_edge.core.inference.segmenter import Segmenter

    from laecips_eval.datasets import open_dataset
    from laecips_eval.datasets.training_frames import open_training_frames

    if args.frames < 1:
        raise ValueError(f"--frames must be at least 1, got {args.frames}")
    cv2.setNumThreads(1)
    # Open all inputs before the measurement, which takes minutes: an error shows at once.
    camvid = None
    if args.camvid:
        camvid = open_dataset("camvid", root=args.camvid, split="pretrain")
    own = open_training_frames("folder", root=args.folder)[0] if args.folder else None
    inspection = open_dataset("inspection", split="held_out", count=4 * args.frames)
    segmenter = None
    if args.bundle:
        segmenter = Segmenter(Bundle.load(args.bundle, classes=inspection.classes))
    page = INTRODUCTION
    page += _section("Inspection, `held_out`", inspection, args.frames, segmenter)
    if camvid is not None:
        page += _section("CamVid, `pretrain`", camvid, args.frames, None)
    else:
        page += "\n## CamVid, `pretrain`\nLeft out: it is not part of the project (`--camvid`).\n"
    if own is not None:
        page += _section(
            f"{args.folder.resolve().name}, what is learnt from", own, args.frames, None
        )
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(page, encoding="utf-8")
    print(f"wrote {args.output}")
    return 0


def _section(title: str, dataset: LabelledFrames, count: int, segmenter: Segmenter | None) -> str:
    from laecips_cloud.mask_generators.graph import GraphMaskGenerator

    from laecips_eval.mask_study.mask_quality import measure

    frames = _frames(dataset, count, segmenter)
    lines = [
        f"\n## {title}\n{len(frames)} frames.\n",
        "| settings | masks | best IoU | upper bound | gain | Algorithm 1 | ms |",
        "|---|---|---|---|---|---|---|",
    ]
    for sigma, scale, min_size in SETTINGS:
        generator = GraphMaskGenerator(sigma=sigma, scale=scale, min_size=min_size)
        quality = measure(generator, frames, len(dataset.classes))
        name = f"sigma {sigma}, scale {scale:g}, min_size {min_size}"
        lines.append(f"| {name} | {_cells(quality)} |")
        print(f"{title}: {lines[-1]}", flush=True)
    return "\n".join(lines) + "\n"


def _frames(dataset: LabelledFrames, count: int, segmenter: Segmenter | None) -> list[StudiedFrame]:
    import numpy as np

    from laecips_eval.mask_study.mask_quality import StudiedFrame

    chosen = np.linspace(0, len(dataset) - 1, min(count, len(dataset))).astype(int)
    frames = []
    for index in chosen:
        _, image, label = dataset[int(index)]
        rgb = np.ascontiguousarray(image)
        frames.append(
            StudiedFrame(rgb, label, None if segmenter is None else segmenter.scores(rgb))
        )
    return frames


def _cells(quality: Quality) -> str:
    gains = (
        "" if math.isnan(gain) else f"{gain:+.1f}"
        for gain in (quality.gain, quality.unbounded_gain)
    )
    return (
        f"{quality.masks:.0f} | {quality.best_iou:.3f} | {quality.upper_bound:.3f} | "
        f"{' | '.join(gains)} | {quality.milliseconds:.0f}"
    )
