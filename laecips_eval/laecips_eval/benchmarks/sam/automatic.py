"""SAM's automatic masks: `sam_onnx` against segment-anything, on the same weights and prompts.

No published weights are needed: the network is SAM's smallest, `vit_b`, with random weights from
seed 0. It is as fast as with other weights, but its masks mean nothing, so the bounds are set to
keep about 75 of 192 masks and suppress none. Each side runs in its own process, to measure its peak
memory. Times are CPU times, not wall-clock times: other load does not count.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

PACKAGE: Final = "segment-anything"
SHAPE: Final = (480, 640)
POINTS_PER_SIDE: Final = 8
KEPT: Final = 75
_INT8_ENGINE: Final = "onnxruntime"


class AutomaticRow(NamedTuple):
    """One side; times are CPU seconds.

    Attributes:
        masks_by: segment-anything, or the engine.
        precision: precision of the computation.
        encoder_s: time of the image encoder, once.
        decoder_s: time of the mask decoder, for all prompts.
        rest_s: time of everything else, such as making masks from the decoder's output.
        frame_s: time of the whole picture.
        speedup: frame_s of the package / frame_s.
        peak_mb: peak memory of the process, in 10^6 bytes.
        memory: peak_mb / peak_mb of the package.
        masks: number of kept masks.
        mask_iou: mean over the package's masks of the IoU with the best mask of this side.
    """

    masks_by: str
    precision: str
    encoder_s: float
    decoder_s: float
    rest_s: float
    frame_s: float
    speedup: float
    peak_mb: float
    memory: float
    masks: int
    mask_iou: float


@dataclass(frozen=True, kw_only=True)
class SideJob:
    """The job of one process.

    Attributes:
        masks_by: segment-anything, or the engine.
        checkpoint: SAM's checkpoint.
        export: folder of the export of the checkpoint.
        providers: execution providers, best first.
        threads: CPU threads of one run.
        pred_iou_thresh: masks with a lower predicted IoU are dropped.
        points_per_side: prompts along each side of the picture.
        masks: output file of the masks: packed bits, one array per picture.
        scenes: number of pictures of the inspection scene to cut; 0: cut one noise picture and
            measure times.
    """

    masks_by: str
    checkpoint: str
    export: str
    providers: tuple[str, ...]
    threads: int
    pred_iou_thresh: float
    points_per_side: int
    masks: str
    scenes: int = 0


def run(
    *,
    engines: Sequence[str],
    providers: Sequence[str],
    threads: int,
    checkpoint: Path | None = None,
    points_per_side: int = POINTS_PER_SIDE,
) -> list[AutomaticRow]:
    """Measure the package, then each engine, on one noise picture.

    Args:
        engines: engine names, as for `create_engine`.
        providers: execution providers, best first.
        threads: CPU threads of one run, also of the package.
        checkpoint: SAM's checkpoint; None for `vit_b` with random weights.
        points_per_side: prompts along each side of the picture.

    Raises:
        ValueError: an engine or a provider is missing, or a process fails.
        ImportError: segment-anything is not installed.
    """
    measured = ask_sides(
        engines=engines,
        providers=providers,
        threads=threads,
        checkpoint=checkpoint,
        points_per_side=points_per_side,
        pred_iou_thresh=None,
    )
    return [_row(side, measured[0]) for side in measured]


def ask_sides(
    *,
    engines: Sequence[str],
    providers: Sequence[str],
    threads: int,
    checkpoint: Path | None,
    points_per_side: int,
    pred_iou_thresh: float | None,
    pictures: int = 0,
) -> list[dict[str, Any]]:
    """Return the results of the package, then of each engine with an export of the same weights.

    Args:
        engines: see `run`.
        providers: see `run`.
        threads: see `run`.
        checkpoint: see `run`.
        points_per_side: see `run`.
        pred_iou_thresh: see `SideJob`; None for a value that about `KEPT` masks exceed.
        pictures: `scenes` of `SideJob`.
    """
    with tempfile.TemporaryDirectory(prefix="laecips-sam-") as folder:
        checkpoint = checkpoint or _random_vit_b(Path(folder) / "vit_b.pth")
        sides = exports(checkpoint, Path(folder), engines)
        if pred_iou_thresh is None:
            pred_iou_thresh = _bound(sides[0][1], points_per_side)
        job = SideJob(
            masks_by=PACKAGE,
            checkpoint=str(checkpoint),
            export="",
            providers=tuple(providers),
            threads=threads,
            pred_iou_thresh=pred_iou_thresh,
            points_per_side=points_per_side,
            masks=str(Path(folder) / "masks.npz"),
            scenes=pictures,
        )
        measured = [in_a_process(job)]
        for engine, export in sides:
            measured.append(in_a_process(replace(job, masks_by=engine, export=str(export))))
    return measured


def exports(checkpoint: Path, folder: Path, engines: Sequence[str]) -> list[tuple[str, Path]]:
    """Export a checkpoint; return (engine, folder of its export) for each engine.

    ONNX Runtime also gets an int8 export, unless `export_sam` refuses it because its masks differ
    too much.

    Args:
        checkpoint: SAM's checkpoint.
        folder: parent folder of the exports.
        engines: engine names, as for `create_engine`, at least one.

    Raises:
        ImportError: segment-anything is not installed.
    """
    from laecips_cloud.mask_generators import MaskGeneratorError  # noqa: PLC0415
    from laecips_cloud.mask_generators.sam.export.sam_export import export_sam  # noqa: PLC0415 (torch: not for all benchmarks)

    export_sam(checkpoint, folder / "half")
    sides = [(engine, folder / "half") for engine in engines]
    if _INT8_ENGINE in engines:
        with suppress(MaskGeneratorError):
            export_sam(checkpoint, folder / "int8", int8=True)
            sides.append((_INT8_ENGINE, folder / "int8"))
    return sides


def scenes(count: int) -> Iterator[NDArray[np.uint8]]:
    """Yield pictures of the inspection scene that are in no bag, uint8 [H, W, 3]."""
    from laecips_eval.datasets import open_dataset  # noqa: PLC0415

    dataset = open_dataset("inspection", split="held_out", count=4 * count)
    for index in np.linspace(0, len(dataset) - 1, count).astype(int):
        yield np.ascontiguousarray(dataset[int(index)][1])


def picture() -> NDArray[np.uint8]:
    """Return a picture of smooth noise, uint8 [H, W, 3]."""
    import cv2  # noqa: PLC0415

    blocks = np.random.default_rng(0).integers(0, 256, (12, 16, 3), np.uint8)
    return np.asarray(cv2.resize(blocks, SHAPE[::-1], interpolation=cv2.INTER_CUBIC), np.uint8)


def _random_vit_b(path: Path) -> Path:
    """Write a checkpoint of SAM's smallest model with random weights from seed 0; return `path`."""
    import torch  # noqa: PLC0415
    from laecips_cloud.mask_generators.sam.torch_backend.torchvision_stand_in import (  # noqa: PLC0415
        import_segment_anything,
    )

    with torch.random.fork_rng():
        torch.manual_seed(0)
        sam = import_segment_anything().sam_model_registry["vit_b"](checkpoint=None)
    torch.save(sam.state_dict(), path)
    return path


def _bound(export: Path, points_per_side: int) -> float:
    """Return a predicted IoU that about `KEPT` masks exceed.

    It lies in the largest gap nearby, so that rounding does not change which masks exceed it.
    """
    from laecips_cloud.mask_generators.sam.automatic.geometry import geometry  # noqa: PLC0415
    from laecips_cloud.mask_generators.sam.automatic.prompts import point_grid  # noqa: PLC0415
    from laecips_cloud.mask_generators.sam.onnx_backend.networks import (  # noqa: PLC0415
        SamNetworks,
        square_picture,
    )

    networks = SamNetworks(export, points_per_batch=4)
    manifest = networks.manifest
    place = geometry(SHAPE, manifest.image_size, manifest.mask_size)
    (embedding,) = networks.embed(
        square_picture(
            picture(), place, square=manifest.image_size, mean=manifest.mean, std=manifest.std
        )
    )
    points = place.to_square(point_grid(points_per_side, SHAPE))
    batches = [points[first : first + 4] for first in range(0, len(points), 4)]
    ratings = np.concatenate([networks.decode(embedding, batch).ious for batch in batches])
    best = np.sort(ratings.ravel())[::-1]
    count = min(KEPT, len(best) // 2)
    first, last = max(1, count - 5), min(len(best) - 1, count + 5)
    place_of_gap = first + int(np.argmax(best[first - 1 : last] - best[first : last + 1]))
    return max(0.0, float(best[place_of_gap - 1 : place_of_gap + 1].mean()))


def in_a_process(job: SideJob) -> dict[str, Any]:
    """Run `sam.side` on a job; return its answer with the packed masks, [N, B] each, as `bits`.

    Raises:
        ValueError: the process fails; the message has the last line of its stderr.
    """
    command = [sys.executable, "-m", "laecips_eval.benchmarks.sam.side", json.dumps(asdict(job))]
    # Also limit numpy's threads: idle ones spin, which costs CPU time.
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(job.threads))
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | threads
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ValueError(f"sam benchmark, {job.masks_by}: {last}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    with np.load(job.masks) as saved:
        return answer | {"bits": [saved[name] for name in saved.files]}


def _row(side: dict[str, Any], package: dict[str, Any]) -> AutomaticRow:
    return AutomaticRow(
        masks_by=side["masks_by"],
        precision=side["precision"],
        encoder_s=side["encoder_s"],
        decoder_s=side["decoder_s"],
        rest_s=side["frame_s"] - side["encoder_s"] - side["decoder_s"],
        frame_s=side["frame_s"],
        speedup=package["frame_s"] / side["frame_s"],
        peak_mb=side["peak_mb"],
        memory=side["peak_mb"] / package["peak_mb"],
        masks=len(side["bits"][0]),
        mask_iou=mean_best_iou(package["bits"][0], side["bits"][0]),
    )


def mean_best_iou(masks: NDArray[np.uint8], others: NDArray[np.uint8]) -> float:
    """Return the mean over masks of the best IoU with others, both packed [N, B]; 0 if empty."""
    if not len(masks) or not len(others):
        return 0.0
    return float(
        np.mean([
            np.max(
                np.bitwise_count(mask & others).sum(axis=1, dtype=np.int64)
                / np.bitwise_count(mask | others).sum(axis=1, dtype=np.int64)
            )
            for mask in masks
        ])
    )  # fmt: skip
