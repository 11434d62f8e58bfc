"""The experiment `edge-networks`: train what is missing, measure, and write the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import cv2
import torch
from laecips_cloud.console import progress_bar, timed_lines
from laecips_cloud.networks import create_edge_network
from laecips_edge.core.atomic_files import whole_file

from laecips_eval.datasets.streams import InspectionStream
from laecips_eval.datasets.training_frames import open_training_frames
from laecips_eval.experiments.edge_networks.candidates import Budget, Candidates
from laecips_eval.experiments.edge_networks.measure import MeasuredNetwork, measure

NETWORKS: Final = ("rfnet", "unet", "ddrnet", "smp:deeplabv3plus/tu-mobilenetv3_small_100")
"""The networks of the page; the others are compared with the first."""

EVERY: Final = 10
"""Of so many frames of the drive one is measured."""

INTRODUCTION: Final = """# Edge networks beside each other

Each network was trained from random weights on the same {frames} generated frames, with the recipe
of `laecips train`, for {seconds:g} seconds of processor time on one core. **That is short**: f of
the shipped bundle had a quarter of an hour, and a longer training can turn the order. One seed.
[../edge-networks.md](../edge-networks.md) says what the networks are. h was not trained here.

- *Held out* is f's mIoU on {held_out} frames of scenes that nothing was trained on, *drifted* on
  variants of them in another light and from a moved camera; then the segments of the inspection
  drive, every {every}th frame, seed 0. All are data-set mIoU, by the exported graph, on ONNX
  Runtime.
- *Time* is processor time on one core at 360 x 480, taken in turns in one run, as a multiple of the
  first row's f. h reads the logits: at a coarser stride it costs less.
- *Update* is what a robot fetches for another version: the weights of f and h, manifest and
  agreement frames.

    laecips experiment edge-networks --seconds {seconds:g} --networks {networks}
"""


def run_edge_networks(
    output: Path,
    *,
    models: Path,
    seconds: float,
    networks: Sequence[str] = NETWORKS,
    frames: int = 200,
    held_out: int = 40,
    every: int = EVERY,
) -> None:
    """Run the experiment and write its page.

    Args:
        output: path of the page.
        models: folder of the bundles; missing ones are trained there.
        seconds: processor time of each training.
        networks: architectures.
        frames: number of frames to train on.
        held_out: number of held-out frames.
        every: use every N-th frame of the drive, at least 1.

    Raises:
        ValueError: a network cannot be made, a bundle in `models` had another training, or
            `every` is less than 1.
        OSError: a file cannot be written.
    """
    if every < 1:
        raise ValueError(f"--every is {every}: give at least 1")
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    for architecture in networks:  # fail now, not after an hour
        create_edge_network(architecture, classes=2)
    budget = Budget(seconds=seconds)
    learnt, unseen = open_training_frames("inspection", count=frames, held_out_count=held_out)
    candidates = Candidates(models, learnt, budget, progress=timed_lines())
    bundles = [candidates.bundle(architecture) for architecture in networks]
    drive = InspectionStream(every=every)
    total = 2 * len(unseen) + len(drive)
    with progress_bar("measuring") as progress:
        measured = measure(
            bundles,
            [unseen[index] for index in range(len(unseen))],
            drive,
            progress=_counted(progress, total),
        )
    output.parent.mkdir(parents=True, exist_ok=True)
    introduction = INTRODUCTION.format(
        frames=len(learnt),
        seconds=seconds,
        held_out=len(unseen),
        every=every,
        networks=" ".join(networks),
    )
    with whole_file(output) as file:
        file.write(f"{introduction}\n{accuracy_table(measured)}\n{cost_table(measured)}")


def accuracy_table(measured: Sequence[MeasuredNetwork]) -> str:
    """Return the mIoU of each network as Markdown."""
    segments = list(measured[0].drive)
    rows = [["network", "held out", "drifted", *segments]]
    for it in measured:
        values = [it.held_out, it.drifted, *(it.drive[name] for name in segments)]
        rows.append([_name(it), *(f"{value:.3f}" for value in values)])
    return _markdown(rows)


def cost_table(measured: Sequence[MeasuredNetwork]) -> str:
    """Return time and bytes of each network as Markdown."""
    rows = [["network", "stride", "weights of f", "time of f", "time of f and h", "update"]]
    reference = measured[0].f_ms
    rows += [
        [
            _name(it),
            f"{it.bundle.manifest.stride}",
            f"{it.weights / 1e6:.2f} M",
            f"{it.f_ms / reference:.2f}",
            f"{(it.f_ms + it.h_ms) / reference:.2f}",
            f"{it.update_bytes / 1e6:.1f} MB",
        ]
        for it in measured
    ]
    return _markdown(rows)


def _name(it: MeasuredNetwork) -> str:
    manifest = it.bundle.manifest
    return f"`{manifest.architecture}`, width {manifest.width:g}"


def _counted(progress: Callable[[int, int], None], total: int) -> Callable[[], None]:
    done = 0

    def one_more() -> None:
        nonlocal done
        done += 1
        progress(done, total)

    return one_more


def _markdown(rows: Iterable[Sequence[str]]) -> str:
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
