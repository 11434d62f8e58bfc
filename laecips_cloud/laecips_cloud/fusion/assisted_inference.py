"""F: the assisted inference of LAECIPS (eq. 1). A picture and f's scores in, F's answer out."""

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
    """F's answer and what it took.

    Attributes:
        label_map: uint8 [H, W], class indices.
        confidence_map: uint8 [H, W], 255 = certain; see `fusion.Fused`.
        batch: pictures that shared a run of the class scorer or the mask generator, the larger of
            the two.
        scores_ms: time of the class scorer, for all that shared the run.
        masks_ms: time of the mask generator, likewise.
        fusion_ms: time of the fusion.
        wait_ms: until scorer and generator had time for this picture.
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
    """F: masks of one generator get their classes by the opinion of one scorer.

    Safe for several threads: scorer and generator work for one at a time each, or for several in
    one run where they can (`BatchClassScorer`, `BatchMaskGenerator`).

    Attributes:
        max_batch: pictures that share a run at most; 1 where neither part takes several.

    Args:
        mask_generator: cuts the pictures.
        class_scorer: says what their pixels are.
        classes: M, number of classes that the scorer must score; None to take what it gives.
        vote: when a mask may overrule its pixels.
        max_batch: pictures that may share a run, at least 1.
        batch_window_s: how long the first of them waits for others that are on the way.

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
        """Labels every pixel.

        Args:
            rgb: uint8 [H, W, 3], RGB.
            edge: gives f's softmax scores at the size of the picture, float32 [M, H, W].

        Raises:
            ClassScorerError: the scorer has no answer, or one for other classes.
            ValueError: the scorer's answer does not fit the picture or is not finite.
        """
        with self.coming() as assist:
            return assist(rgb, edge)

    @contextmanager
    def coming(self) -> Iterator[Callable[..., Assisted]]:
        """Tells that a picture is on the way, for which others may wait; gives what labels it.

        That takes what calling this takes, and `deadline_s`: on `time.monotonic`, until when an
        answer is worth anything. It raises `batching.TooLateError` besides.
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
        # Asked again in a smaller batch, f is not run again.
        scored = score(_Picture(rgb, functools.cache(edge)), deadline_s=deadline_s)
        scores = scored.answer
        if self._classes is not None and len(scores) != self._classes:
            # Before a label that nobody knows is kept in the replay buffer.
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
    """How many pictures a part takes at a time."""
    if most <= 1 or not isinstance(part, BatchClassScorer | BatchMaskGenerator):
        return min(most, 1)
    return max(1, min(most, part.prepare_batches(most)))
