"""One side of the benchmark of SAM, in a process of its own: `python -m`, a job as JSON."""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laecips_eval.benchmarks.sam import PACKAGE, SHAPE, Job, picture
from laecips_eval.benchmarks.timed import Timed


def main(text: str) -> None:
    """Runs the job and prints what it took, JSON in one line."""
    job = Job(**json.loads(text))
    measured, masks = (_package if job.masks_by == PACKAGE else _exported)(job)
    # Not after this: what is compared is no part of what is measured.
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    flat = np.array(masks, np.bool_).reshape(len(masks), SHAPE[0] * SHAPE[1])
    np.save(job.masks, np.packbits(flat, axis=1))
    print(json.dumps({"masks_by": job.masks_by, "peak_mb": peak_mb, **measured}))


def _package(job: Job) -> tuple[dict[str, Any], list[NDArray[np.bool_]]]:
    import torch  # noqa: PLC0415
    from laecips_cloud.mask_generators.sam_checkpoint import load_sam  # noqa: PLC0415
    from laecips_cloud.mask_generators.torchvision_stand_in import (  # noqa: PLC0415
        import_segment_anything,
    )

    torch.set_num_threads(job.threads)
    sam: Any = load_sam(job.checkpoint)
    generator = import_segment_anything().SamAutomaticMaskGenerator(
        sam,
        points_per_side=job.points_per_side,
        pred_iou_thresh=job.pred_iou_thresh,
        stability_score_thresh=0.0,
        box_nms_thresh=1.0,
    )
    encoder = sam.image_encoder.forward = Timed(sam.image_encoder.forward)
    decoder = sam.mask_decoder.forward = Timed(sam.mask_decoder.forward)
    frame = Timed(generator.generate)
    records = frame(picture())
    return _seconds("fp32", encoder, decoder, frame), [r["segmentation"] for r in records]


def _exported(job: Job) -> tuple[dict[str, Any], list[NDArray[np.bool_]]]:
    from laecips_cloud.mask_generators.sam_onnx import SamOnnxMaskGenerator  # noqa: PLC0415
    from laecips_edge.core.engines import precision_of  # noqa: PLC0415

    generator = SamOnnxMaskGenerator(
        model=job.export,
        engine=job.masks_by,
        providers="+".join(job.providers),
        threads=job.threads,
        points_per_side=job.points_per_side,
        pred_iou_thresh=job.pred_iou_thresh,
        stability_score_thresh=0.0,
        box_nms_thresh=1.0,
    )
    rgb = picture()
    generator.generate(rgb)  # engines plan in their first run
    networks: Any = generator.networks
    encoder = networks.embed = Timed(networks.embed)
    decoder = networks.decode = Timed(networks.decode)
    frame = Timed(generator.generate)
    found = frame(rgb)
    masks = []
    for top, left, pixels in found.masks:
        mask = np.zeros(SHAPE, np.bool_)
        mask[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
        masks.append(mask)
    precision = precision_of(job.masks_by, job.providers)
    return _seconds(precision, encoder, decoder, frame), masks


def _seconds(precision: str, encoder: Timed, decoder: Timed, frame: Timed) -> dict[str, Any]:
    return {
        "precision": precision,
        "encoder_s": encoder.seconds,
        "decoder_s": decoder.seconds,
        "frame_s": frame.seconds,
    }


if __name__ == "__main__":
    main(sys.argv[1])
