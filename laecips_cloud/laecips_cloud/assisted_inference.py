"""F: the assisted inference of LAECIPS (eq. 1). A picture and f's scores in, F's answer out."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.class_scorers import ClassScorer, ClassScorerError, EdgeScores
from laecips_cloud.fusion import fuse
from laecips_cloud.mask_generators import MaskGenerator
from laecips_cloud.mask_generators.generator import PromptedGenerator
from laecips_cloud.vote import Vote


@dataclass(frozen=True, kw_only=True)
class Assisted:
    """F's answer and what it took.

    Attributes:
        label_map: uint8 [H, W], class indices.
        confidence_map: uint8 [H, W], 255 = certain; see `fusion.Fused`.
        masks: how many there were.
        scores_ms: time of the class scorer.
        masks_ms: time of the mask generator.
        fusion_ms: time of the fusion.
    """

    label_map: NDArray[np.uint8]
    confidence_map: NDArray[np.uint8]
    masks: int
    scores_ms: float
    masks_ms: float
    fusion_ms: float


class AssistedInference:
    """F: masks of one generator get their classes by the opinion of one scorer.

    Not for two threads at a time.

    Args:
        mask_generator: cuts the pictures.
        class_scorer: says what their pixels are.
        classes: M, number of classes that the scorer must score; None to take what it gives.
        vote: when a mask may overrule its pixels.

    Example:
        scorer = create_class_scorer("edge", classes=("panel", "rail"))
        assisted = AssistedInference(create_mask_generator("graph"), scorer)(rgb, lambda: scores)
    """

    def __init__(
        self,
        mask_generator: MaskGenerator,
        class_scorer: ClassScorer,
        *,
        classes: int | None = None,
        vote: Vote = Vote(),  # noqa: B008 (frozen)
    ) -> None:
        self._mask_generator = mask_generator
        self._class_scorer = class_scorer
        self._classes = classes
        self._vote = vote

    def __call__(self, rgb: NDArray[np.uint8], edge: EdgeScores) -> Assisted:
        """Labels every pixel.

        Args:
            rgb: uint8 [H, W, 3], RGB.
            edge: gives f's softmax scores at the size of the picture, float32 [M, H, W].

        Raises:
            ClassScorerError: the scorer has no answer, or one for other classes.
            ValueError: the scorer's answer does not fit the picture or is not finite.
        """
        started = perf_counter()
        scores = self._class_scorer.score(rgb, edge)
        if self._classes is not None and len(scores) != self._classes:
            # Before a label that nobody knows is kept in the replay buffer.
            raise ClassScorerError(f"it scores {len(scores)} classes instead of {self._classes}")
        scored = perf_counter()
        generator = self._mask_generator
        masks = (
            generator.generate_with(rgb, scores)
            if isinstance(generator, PromptedGenerator)
            else generator.generate(rgb)
        )
        cut = perf_counter()
        fused = fuse(scores, masks, vote=self._vote)
        done = perf_counter()
        return Assisted(
            label_map=fused.label_map,
            confidence_map=fused.confidence_map,
            masks=masks.count,
            scores_ms=(scored - started) * 1e3,
            masks_ms=(cut - scored) * 1e3,
            fusion_ms=(done - cut) * 1e3,
        )
