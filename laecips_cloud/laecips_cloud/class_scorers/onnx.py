"""The class scorer `onnx`: any semantic network exported to ONNX."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.class_scorers.scorer import ClassScorerError, EdgeScores, Scores
from laecips_cloud.class_scorers.semantic_network import NETWORK, TABLE, SemanticNetwork


class OnnxScorer:
    """A large network's scores instead of f's, so that F corrects labels too."""

    def __init__(
        self,
        classes: Sequence[str],
        *,
        model: str = "",
        table: str = "",
        flip: bool = False,
        engine: str = "onnxruntime",
        providers: str = "CPUExecutionProvider",
        threads: int = 1,
    ) -> None:
        """Load the network.

        Args:
            classes: our classes, in the order of the labels.
            model: an ONNX file, or a folder with `network.onnx` and `classes.yaml`.
            table: the class table, see `ClassTable`; empty for the one beside the network.
            flip: run the mirrored picture too; twice as slow, a little better.
            engine: name of the inference engine.
            providers: where the engine runs, best first, separated by +.
            threads: CPU threads of one run.

        Raises:
            ClassScorerError: no network or table can be used.
        """
        self._network = load_network(
            "onnx", classes, model, table, flip, engine, providers, threads
        )

    def score(self, rgb: NDArray[np.uint8], edge: EdgeScores) -> Scores:
        """See `ClassScorer.score`; f does not run."""
        return self._network.scores(rgb)

    def prepare_batches(self, most: int) -> int:
        """See `BatchClassScorer.prepare_batches`."""
        return self._network.prepare_batches(most)

    def score_batch(
        self, pictures: Sequence[NDArray[np.uint8]], edges: Sequence[EdgeScores]
    ) -> list[Scores]:
        """See `BatchClassScorer.score_batch`."""
        return self._network.scores_of(pictures)


def load_network(  # noqa: PLR0917 (the options of two scorers, passed on in their order)
    scorer: str,
    classes: Sequence[str],
    model: str,
    table: str,
    flip: bool,
    engine: str,
    providers: str,
    threads: int,
) -> SemanticNetwork:
    """Load the network of a scorer's options; errors begin with the scorer's name."""
    if not model:
        raise ClassScorerError(
            f"class scorer {scorer} needs a network: set its option model to an ONNX file, or to a "
            f"folder with {NETWORK} and {TABLE}"
        )
    try:
        return SemanticNetwork(
            model,
            classes,
            table=table,
            flip=flip,
            engine=engine,
            providers=providers.split("+"),
            threads=threads,
        )
    except ClassScorerError as error:
        raise ClassScorerError(f"class scorer {scorer}: {error}") from error
