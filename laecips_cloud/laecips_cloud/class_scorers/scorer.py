"""What every class scorer can do, and how one is made by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.plugins import Plugins

Scores = NDArray[np.float32]

EdgeScores = Callable[[], Scores]
"""f's softmax scores at the picture's size, float32 [M, H, W]; computed when they are asked for."""


class ClassScorerError(ValueError):
    """A scorer that cannot be made or run; the message says what, where and what to do."""


class ClassScorer(Protocol):
    """Says how likely each pixel is of each class.

    A class that does this is offered by an entry point in the group `laecips.class_scorers`. Its
    constructor takes the names of the classes, in the order of their labels, and then keyword
    arguments of the types str, int, float and bool, each with a default: they are its options.
    """

    def score(self, rgb: NDArray[np.uint8], edge: EdgeScores) -> Scores:
        """Scores one picture; called by one thread at a time.

        Args:
            rgb: uint8 [H, W, 3], RGB, of any size.
            edge: gives what f says of it. A scorer that does not ask spares the cloud f's run.

        Returns:
            float32 [M, H, W], at least 0; over the classes they sum to 1, or to less where some of
            a pixel is of none of them.

        Raises:
            ClassScorerError: there is no answer to give, say because it is not finite.
        """
        ...


@runtime_checkable
class BatchClassScorer(ClassScorer, Protocol):
    """One that takes several pictures at a time, those of several robots say."""

    def prepare_batches(self, most: int) -> int:
        """Makes ready for several pictures at a time; called once, before `score_batch`.

        Args:
            most: pictures at a time that there may be, at least 1.

        Returns:
            How many it takes, 1 to most; 1 where batches do not work.
        """
        ...

    def score_batch(
        self, pictures: Sequence[NDArray[np.uint8]], edges: Sequence[EdgeScores]
    ) -> list[Scores]:
        """Scores several pictures, each as `score` would; called by one thread at a time.

        Args:
            pictures: each uint8 [H, W, 3], RGB, of any size; 1 to what `prepare_batches` gave.
            edges: what f says of each.

        Returns:
            One for each.

        Raises:
            ClassScorerError: there is no answer to give to one of them. They are then asked about
                in smaller batches, until those without an answer are alone.
        """
        ...


_PLUGINS: Final = Plugins("laecips.class_scorers", kind="class scorer", error=ClassScorerError)


def create_class_scorer(
    name: str, options: Mapping[str, str] | None = None, *, classes: Sequence[str]
) -> ClassScorer:
    """Makes a scorer.

    Args:
        name: of an entry point in the group `laecips.class_scorers`.
        options: the scorer's own options, as text.
        classes: names of the classes, in the order of their labels.

    Raises:
        ClassScorerError: the name or an option is not known, a value cannot be read, or the scorer
            lacks what it needs or is for other classes.

    Example:
        >>> create_class_scorer("edge", classes=["panel", "rail"])  # doctest: +ELLIPSIS
        <laecips_cloud.class_scorers.edge.EdgeScorer object at ...>
    """
    scorer: ClassScorer = _PLUGINS.create(name, options or {}, tuple(classes))
    return scorer
