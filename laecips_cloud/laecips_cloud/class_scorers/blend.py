"""The class scorer `blend`: f's and the cloud's scores, with a weight fitted on source frames."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.class_scorers.onnx import load_network
from laecips_cloud.class_scorers.scorer import ClassScorerError, EdgeScores, Scores


class BlendScorer:
    """(1 - w) f + w g, both as probabilities at their calibrated temperatures."""

    def __init__(
        self,
        classes: Sequence[str],
        *,
        model: str = "",
        table: str = "",
        cloud_weight: float = -1.0,
        flip: bool = False,
        engine: str = "onnxruntime",
        providers: str = "CPUExecutionProvider",
        threads: int = 1,
    ) -> None:
        """Load the network.

        Args:
            classes: our classes, in the order of the labels.
            cloud_weight: w, in [0, 1]; below 0 for the fitted one in the table.
            model: see `OnnxScorer`.
            table: see `OnnxScorer`.
            flip: see `OnnxScorer`.
            engine: see `OnnxScorer`.
            providers: see `OnnxScorer`.
            threads: see `OnnxScorer`.

        Raises:
            ClassScorerError: no network or table can be used, or there is no weight.
        """
        self._network = load_network(
            "blend", classes, model, table, flip, engine, providers, threads
        )
        known = self._network.table
        weight = known.cloud_weight if cloud_weight < 0 else cloud_weight
        if weight is None:
            raise ClassScorerError(
                f"class scorer blend: the class table of {self._network.path} has no fitted "
                "weight; fit one (laecips fit-blend) or set the option cloud_weight"
            )
        if not weight <= 1:
            raise ClassScorerError(f"class scorer blend: cloud_weight is {weight}: at most 1")
        self._weight = weight
        self._unknown = [index for index, row in enumerate(known.rows) if not row]

    def score(self, rgb: NDArray[np.uint8], edge: EdgeScores) -> Scores:
        """See `ClassScorer.score`."""
        (scores,) = self.score_batch([rgb], [edge])
        return scores

    def prepare_batches(self, most: int) -> int:
        """See `BatchClassScorer.prepare_batches`; f takes one picture at a time."""
        return self._network.prepare_batches(most)

    def score_batch(
        self, pictures: Sequence[NDArray[np.uint8]], edges: Sequence[EdgeScores]
    ) -> list[Scores]:
        """See `BatchClassScorer.score_batch`."""
        opinions = [edge() for edge in edges]  # first: an error in f then costs no large run
        return [
            blended(f, g, cloud_weight=self._weight, unknown=self._unknown)
            for f, g in zip(opinions, self._network.scores_of(pictures), strict=True)
        ]


def blended(f: Scores, g: Scores, *, cloud_weight: float, unknown: Sequence[int] = ()) -> Scores:
    """Return (1 - w) f + w g', where g' is g with f's scores for classes unknown to g.

    For classes that g does not know, f's scores apply, and g's scores are scaled to the rest. The
    share that g gives to no class of ours is distributed as in f.

    Args:
        f: float32 [M, H, W], summing to 1 over the classes.
        g: float32 [M, H, W], summing to at most 1.
        cloud_weight: w, in [0, 1].
        unknown: indices of the classes that g does not know.

    Returns:
        float32 [M, H, W], summing to 1 over the classes.
    """
    none_of_ours = np.clip(1.0 - g.sum(axis=0), 0.0, 1.0)
    opinion = g
    if unknown:
        absent = f[list(unknown)]
        opinion = g * (1.0 - absent.sum(axis=0))
        opinion[list(unknown)] = absent
        none_of_ours = none_of_ours * (1.0 - absent.sum(axis=0))
    w = np.float32(cloud_weight)
    scores: Scores = f * ((1 - w) + w * none_of_ours)
    scores += w * opinion
    return scores
