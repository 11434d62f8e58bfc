"""One side of SAM's benchmarks, run as its own process: `python -m`, with a job as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from laecips_eval.benchmarks.sam.automatic import PACKAGE, SideJob, picture, scenes
from laecips_eval.benchmarks.sam.timed import Timed

Pixels = NDArray[np.uint8]
Masks = list[NDArray[np.bool_]]


class _Side(Protocol):
    """A mask generator to measure.

    Attributes:
        precision: precision of the computation.
        parts: (object, name of the method) of the encoder, then of the decoder.
        plans: whether the first picture takes longer than later ones.
    """

    precision: str
    parts: Sequence[tuple[Any, str]]
    plans: bool

    def cut(self, rgb: Pixels) -> Any:
        """Return the masks of a picture, uint8 [H, W, 3], in the generator's own form."""

    def masks(self, found: Any) -> Masks:
        """Return the result of `cut` as masks, bool [H, W] each."""


def main(text: str) -> None:
    """Run the job and prints what it took, JSON in one line."""
    job = SideJob(**json.loads(text))
    side: _Side = _Package(job) if job.masks_by == PACKAGE else _Exported(job)
    answer: dict[str, Any] = {"masks_by": job.masks_by, "precision": side.precision}
    if job.scenes:
        masks = [side.masks(side.cut(rgb)) for rgb in scenes(job.scenes)]
    else:
        seconds, found = _timed(side)
        answer |= seconds
        masks = [found]
    # Read the peak before the packing of the masks, which is not part of the measurement.
    answer["peak_mb"] = _peak_mb()
    np.savez(job.masks, *(_bits(found) for found in masks))
    print(json.dumps(answer))


def _timed(side: _Side) -> tuple[dict[str, float], Masks]:
    rgb = picture()
    if side.plans:
        side.cut(rgb)
    timed = []
    for owner, name in side.parts:
        timed.append(Timed(getattr(owner, name)))
        setattr(owner, name, timed[-1])
    frame = Timed(side.cut)
    masks = side.masks(frame(rgb))
    encoder, decoder = timed
    seconds = {
        "encoder_s": encoder.seconds,
        "decoder_s": decoder.seconds,
        "frame_s": frame.seconds,
    }
    return seconds, masks


class _Package:
    plans = False

    def __init__(self, job: SideJob) -> None:
        import torch  # noqa: PLC0415
        from laecips_cloud.mask_generators.sam.torch_backend.checkpoint import load_sam  # noqa: PLC0415
        from laecips_cloud.mask_generators.sam.torch_backend.torchvision_stand_in import (  # noqa: PLC0415
            import_segment_anything,
        )

        torch.set_num_threads(job.threads)
        sam: Any = load_sam(job.checkpoint)
        self._generator = import_segment_anything().SamAutomaticMaskGenerator(
            sam,
            points_per_side=job.points_per_side,
            pred_iou_thresh=job.pred_iou_thresh,
            stability_score_thresh=0.0,
            box_nms_thresh=1.0,
        )
        self.precision = "fp32"
        self.parts: Sequence[tuple[Any, str]] = (
            (sam.image_encoder, "forward"),
            (sam.mask_decoder, "forward"),
        )

    def cut(self, rgb: Pixels) -> Any:
        """Return segment-anything's records."""
        return self._generator.generate(rgb)

    def masks(self, found: Any) -> Masks:
        """Return the masks of the records."""
        return [record["segmentation"] for record in found]


class _Exported:
    plans = True

    def __init__(self, job: SideJob) -> None:
        from laecips_cloud.mask_generators.sam.onnx_backend.onnx_sam import SamOnnxMaskGenerator  # noqa: PLC0415
        from laecips_edge.core.inference.engines import precision_of  # noqa: PLC0415

        self._generator = SamOnnxMaskGenerator(
            model=job.export,
            engine=job.masks_by,
            providers="+".join(job.providers),
            threads=job.threads,
            points_per_side=job.points_per_side,
            pred_iou_thresh=job.pred_iou_thresh,
            stability_score_thresh=0.0,
            box_nms_thresh=1.0,
        )
        networks: Any = self._generator.networks
        self.precision = (
            "int8" if networks.manifest.int8 else precision_of(job.masks_by, job.providers)
        )
        self.parts: Sequence[tuple[Any, str]] = ((networks, "embed"), (networks, "decode"))

    def cut(self, rgb: Pixels) -> Any:
        """Return a `MaskSet`."""
        return self._generator.generate(rgb)

    def masks(self, found: Any) -> Masks:
        """Return the masks at the size of the picture."""
        masks = [np.zeros(found.shape, np.bool_) for _ in found.masks]
        for mask, (top, left, pixels) in zip(masks, found.masks, strict=True):
            mask[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
        return masks


def _peak_mb() -> float:
    """Return the peak memory of this process in 10^6 bytes.

    `ru_maxrss` is not usable: a child process inherits its value from the parent.
    """
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise OSError("/proc/self/status: no VmHWM; the benchmark needs Linux")


def _bits(masks: Masks) -> Pixels:
    """Return the masks that are not empty, packed, uint8 [N, B]."""
    flat = [mask.ravel() for mask in masks if mask.any()]
    return np.packbits(np.array(flat), axis=1) if flat else np.zeros((0, 0), np.uint8)


if __name__ == "__main__":
    main(sys.argv[1])
