"""The protocols of class scorers, and their creation by name."""

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
    """A scorer cannot be created or run; the message says what, where and what to do."""


class ClassScorer(Protocol):
    """Scores each pixel for each class.

    An entry point in the group `laecips.class_scorers` offers such a class. Its constructor takes
    the names of the classes, in the order of their labels, and then keyword arguments of the types
    str, int, float and bool, each with a default: the scorer's options.
    """

    def score(self, rgb: NDArray[np.uint8], edge: EdgeScores) -> Scores:
        """Score one picture; called by one thread at a time.

        Args:
            rgb: uint8 [H, W, 3], RGB, of any size.
            edge: returns f's scores of the picture; f only runs if the scorer calls it.

        Returns:
            float32 [M, H, W], at least 0; they sum to 1 over the classes, or to less where part of
            a pixel belongs to no class.

        Raises:
            ClassScorerError: there is no answer, for example because it is not finite.
        """
        ...


@runtime_checkable
class BatchClassScorer(ClassScorer, Protocol):
    """A scorer that takes several pictures at a time, such as those of several robots."""

    def prepare_batches(self, most: int) -> int:
        """Prepare for several pictures at a time; called once, before `score_batch`.

        Args:
            most: largest number of pictures at a time, at least 1.

        Returns:
            The number that it takes, 1 to `most`; 1 if batches do not work.
        """
        ...

    def score_batch(
        self, pictures: Sequence[NDArray[np.uint8]], edges: Sequence[EdgeScores]
    ) -> list[Scores]:
        """Score several pictures, each as `score` does; called by one thread at a time.

        Args:
            pictures: uint8 [H, W, 3] each, RGB, of any size; at most as `prepare_batches` returned.
            edges: functions that return f's scores of each.

        Returns:
            The scores of each picture.

        Raises:
            ClassScorerError: there is no answer to one of them. The caller then repeats smaller
                batches, until the pictures without an answer are alone.
        """
        ...


_PLUGINS: Final = Plugins("laecips.class_scorers", kind="class scorer", error=ClassScorerError)


def create_class_scorer(
    name: str, options: Mapping[str, str] | None = None, *, classes: Sequence[str]
) -> ClassScorer:
    """Create a scorer.

    Args:
        name: of an entry point in the group `laecips.class_scorers`.
        options: the scorer's own options, as text.
        classes: names of the classes, in the order of their labels.

    Raises:
        ClassScorerError: the name or an option is unknown, a value cannot be read, or the scorer
            lacks a requirement or has other classes.

    Example:
        >>> create_class_scorer("edge", classes=["panel", "rail"])  # doctest: +ELLIPSIS
        <laecips_cloud.class_scorers.edge.EdgeScorer object at ...>
    """
    scorer: ClassScorer = _PLUGINS.create(name, options or {}, tuple(classes))
    return scorer
