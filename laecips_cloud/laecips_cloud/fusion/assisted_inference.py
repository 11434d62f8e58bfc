"""F: the assisted inference of LAECIPS (eq. 1); a picture and f's scores give F's label map."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.class_scorers import BatchClassScorer, ClassScorer, ClassScorerError, EdgeScores
from laecips_cloud.fusion.batching import Batched, Batcher
from laecips_cloud.fusion.mask_fusion import fuse
from laecips_cloud.fusion.vote import Vote
from laecips_cloud.mask_generators import MaskGenerator
from laecips_cloud.mask_generators.generator import BatchMaskGenerator, PromptedGenerator
from laecips_cloud.masks import Masks


@dataclass(frozen=True, kw_only=True)
class Assisted:
    """F's answer, and the time that it took.

    Attributes:
        label_map: uint8 [H, W], class indices.
        confidence_map: uint8 [H, W], 255 = certain; see `fusion.Fused`.
        batch: number of pictures in the class scorer's or the mask generator's run, the larger.
        scores_ms: time of the class scorer's run, for all pictures in it.
        masks_ms: time of the mask generator's run, likewise.
        fusion_ms: time of the fusion.
        wait_ms: time until scorer and generator began with this picture.
    """

    label_map: NDArray[np.uint8]
    confidence_map: NDArray[np.uint8]
    batch: int
    scores_ms: float
    masks_ms: float
    fusion_ms: float
    wait_ms: float


class _Scored(NamedTuple):
    rgb: NDArray[np.uint8]
    scores: NDArray[np.float32]


class _Picture(NamedTuple):
    rgb: NDArray[np.uint8]
    edge: EdgeScores


class AssistedInference:
    """F: the class scorer's scores give the mask generator's masks their classes.

    Thread-safe: scorer and generator each work on one picture at a time, or on several in one run
    if they can (`BatchClassScorer`, `BatchMaskGenerator`).

    Attributes:
        max_batch: largest number of pictures in a run; 1 if neither part takes several.

    Args:
        mask_generator: cuts the pictures into masks.
        class_scorer: scores the pixels.
        classes: M, the number of classes that the scorer must return; None for any number.
        vote: when a mask may overrule its pixels.
        max_batch: largest number of pictures in a run, at least 1.
        batch_window_s: longest wait of the first picture for others that are coming, seconds.

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
        max_batch: int = 1,
        batch_window_s: float = 0.0,
    ) -> None:
        self._mask_generator = mask_generator
        self._class_scorer = class_scorer
        self._classes = classes
        self._vote = vote
        scored, cut = _taken(class_scorer, max_batch), _taken(mask_generator, max_batch)
        self.max_batch = max(scored, cut)
        self._scoring = Batcher(self._score, max_batch=scored, window_s=batch_window_s)
        self._cutting = Batcher(self._cut, max_batch=cut, window_s=batch_window_s)

    def __call__(self, rgb: NDArray[np.uint8], edge: EdgeScores) -> Assisted:
        """Label every pixel.

        Args:
            rgb: uint8 [H, W, 3], RGB.
            edge: returns f's softmax scores at the size of the picture, float32 [M, H, W].

        Raises:
            ClassScorerError: the scorer has no answer, or its answer has other classes.
            ValueError: the scorer's answer does not fit the picture or is not finite.
        """
        with self.coming() as assist:
            return assist(rgb, edge)

    @contextmanager
    def coming(self) -> Iterator[Callable[..., Assisted]]:
        """Announce that a picture is coming, so that others wait; yield the function to label it.

        That function takes the arguments of `__call__` and `deadline_s`: the time on
        `time.monotonic` after which the answer is useless. It also raises `batching.TooLateError`.
        """
        with self._scoring.coming() as score, self._cutting.coming() as cut:
            yield functools.partial(self._assist, score, cut)

    def _assist(
        self,
        score: Callable[..., Batched[NDArray[np.float32]]],
        cut: Callable[..., Batched[Masks]],
        rgb: NDArray[np.uint8],
        edge: EdgeScores,
        *,
        deadline_s: float = math.inf,
    ) -> Assisted:
        # If the scorer is called again with a smaller batch, f does not run again.
        scored = score(_Picture(rgb, functools.cache(edge)), deadline_s=deadline_s)
        scores = scored.answer
        if self._classes is not None and len(scores) != self._classes:
            # Check now, before an unknown label is stored in the replay buffer.
            raise ClassScorerError(f"it scores {len(scores)} classes instead of {self._classes}")
        masks = cut(_Scored(rgb, scores), deadline_s=deadline_s)
        started = perf_counter()
        fused = fuse(scores, masks.answer, vote=self._vote)
        return Assisted(
            label_map=fused.label_map,
            confidence_map=fused.confidence_map,
            batch=max(scored.size, masks.size),
            scores_ms=scored.ran_s * 1e3,
            masks_ms=masks.ran_s * 1e3,
            fusion_ms=(perf_counter() - started) * 1e3,
            wait_ms=(scored.waited_s + masks.waited_s) * 1e3,
        )

    def _score(self, pictures: list[_Picture]) -> list[NDArray[np.float32]]:
        scorer = self._class_scorer
        if len(pictures) > 1 and isinstance(scorer, BatchClassScorer):
            return scorer.score_batch([p.rgb for p in pictures], [p.edge for p in pictures])
        return [scorer.score(rgb, edge) for rgb, edge in pictures]

    def _cut(self, pictures: list[_Scored]) -> list[Masks]:
        generator = self._mask_generator
        if len(pictures) > 1 and isinstance(generator, BatchMaskGenerator):
            return generator.generate_batch([p.rgb for p in pictures], [p.scores for p in pictures])
        if isinstance(generator, PromptedGenerator):
            return [generator.generate_with(rgb, scores) for rgb, scores in pictures]
        return [generator.generate(rgb) for rgb, _ in pictures]


def _taken(part: ClassScorer | MaskGenerator, most: int) -> int:
    """Return how many pictures a part takes at a time."""
    if most <= 1 or not isinstance(part, BatchClassScorer | BatchMaskGenerator):
        return min(most, 1)
    return max(1, min(most, part.prepare_batches(most)))
