"""Rows: the outputs of f and F on frames that f was not trained on, to fit h and delta."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import torch
from laecips_edge.core.image.fitting import fit
from laecips_edge.core.image.tiling import Tiling
from laecips_edge.core.inference.scores import label_map_of, scores_at
from numpy.typing import NDArray

from laecips_cloud.fusion.mask_fusion import fuse
from laecips_cloud.fusion.vote import Vote
from laecips_cloud.masks import Masks
from laecips_cloud.metrics import ConfusionMatrix, frame_iou
from laecips_cloud.networks import AppealNet, EdgeNetwork
from laecips_cloud.training.data.batches import normalise
from laecips_cloud.training.data.drifted_views import views
from laecips_cloud.training.data.labelled_frames import UNLABELLED, LabelledFrame

DISTURBED: Final = 0.5
"""Share of the variants that are disturbed in one place instead of drifted everywhere."""

Assist = Callable[[NDArray[np.uint8], NDArray[np.float32]], NDArray[np.uint8]]
"""Assisted inference F: (RGB uint8 [H, W, 3], f's logits float32 [M, h, w]) -> uint8 [H, W]."""


def assist_by(
    masks_of: Callable[[NDArray[np.uint8]], Masks],
    scores_of: Callable[[NDArray[np.uint8]], NDArray[np.float32]] | None = None,
) -> Assist:
    """Return F: each mask votes for a class, with the default bounds.

    Args:
        masks_of: a mask generator, RGB uint8 [H, W, 3] -> masks.
        scores_of: a class scorer of the cloud, RGB uint8 [H, W, 3] -> float32 [M, H, W]. None: f's
            own scores, at temperature 1, because it is calibrated only after the training.

    Returns:
        F, see `Assist`.
    """

    def assist(image: NDArray[np.uint8], logits: NDArray[np.float32]) -> NDArray[np.uint8]:
        height, width = image.shape[:2]
        scores = scores_of(image) if scores_of else scores_at(logits, (height, width))
        return fuse(scores, masks_of(image), vote=Vote()).label_map

    return assist


@dataclass(frozen=True, kw_only=True)
class HeldOutRow:
    """The outputs of f and F on one held-out picture.

    Attributes:
        drifted: whether the picture is a drifted variant (other light, moved camera).
        logits: float16 [M, h, w], f's logits at stride.
        truth: uint8 [h, w], the label map at stride; 255: no class.
        iou: IoU of f's label map with the truth, mean over the frame's classes (eq. 22).
        assisted_iou: the same for F's label map.
        q: what f's predictor head gave, in (0, 1]; None if f has none.
        view: number of the picture among all views of the frames, as `views` yields them.
    """

    drifted: bool
    logits: NDArray[np.float16]
    truth: NDArray[np.uint8]
    iou: float
    assisted_iou: float
    q: float | None = None
    view: int = 0


def make_rows(
    network: EdgeNetwork,
    frames: Sequence[LabelledFrame],
    *,
    assist: Assist,
    tiling: Tiling,
    variants: int,
    seed: int,
    scores: tuple[ConfusionMatrix, ConfusionMatrix] | None = None,
) -> Iterator[HeldOutRow]:
    """Run f and F over frames and over drifted variants of them (other light, moved camera).

    The variants stand for drift that the robot has not met yet: h must see cases in which f fails.

    Args:
        network: f, in evaluation mode.
        frames: frames that f was not trained on.
        assist: F.
        tiling: size that robots bring a picture to, and the tiles that f takes.
        variants: number of variants of each frame, besides the frame itself.
        seed: seed of the variants.
        scores: confusion matrices of f and F, to which the original frames are added.

    Yields:
        Rows, frame by frame, the original picture first; pictures without a label are left out.
    """
    every = views(frames, variants=variants, seed=seed, disturbed=DISTURBED)
    for number, (variant, seen, truth) in enumerate(every):
        if (truth == UNLABELLED).all():
            continue
        logits, q = answer_of(network, seen, tiling=tiling)
        answer = label_map_of(logits, (truth.shape[0], truth.shape[1]))
        assisted = assist(seen, logits)
        if scores is not None and not variant:
            scores[0].add(answer, truth)
            scores[1].add(assisted, truth)
        yield HeldOutRow(
            drifted=bool(variant),
            logits=logits.astype(np.float16),
            truth=np.asarray(
                cv2.resize(truth, logits.shape[:0:-1], interpolation=cv2.INTER_NEAREST), np.uint8
            ),
            iou=frame_iou(answer, truth, network.classes),
            assisted_iou=frame_iou(assisted, truth, network.classes),
            q=q,
            view=number,
        )


def run(network: EdgeNetwork, image: NDArray[np.uint8], *, tiling: Tiling) -> NDArray[np.float32]:
    """Return f's logits of one picture, float32 [M, h, w], at stride; see `answer_of`."""
    return answer_of(network, image, tiling=tiling)[0]


def answer_of(
    network: EdgeNetwork, image: NDArray[np.uint8], *, tiling: Tiling
) -> tuple[NDArray[np.float32], float | None]:
    """Return f's logits of one picture of any size, and what its predictor head says.

    Args:
        network: f, in evaluation mode.
        image: uint8 [H, W, 3], RGB.
        tiling: size that robots bring a picture to, and the tiles that f takes.

    Returns:
        Logits, float32 [M, h, w], at stride; q in (0, 1], of several tiles their mean, None if f
        has no predictor head.
    """
    image = fit(image, tiling.picture)
    parts, qs = [], []
    with torch.inference_mode():
        for window in tiling.windows():
            tile = normalise(image[window][None])
            if isinstance(network, AppealNet):
                logits, q = network.logits_and_q(tile)
                qs.append(q.item())
            else:
                logits = network.logits_at_stride(tile)
            parts.append(np.ascontiguousarray(logits[0].float().numpy()))
    joined = tiling.join(parts, stride=network.stride)
    return joined, float(np.mean(qs)) if qs else None
