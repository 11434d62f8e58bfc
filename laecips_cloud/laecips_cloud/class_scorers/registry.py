"""Class scorers by name: entry points of the group `laecips.class_scorers`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from laecips_cloud.class_scorers.scorer import ClassScorer, ClassScorerError
from laecips_cloud.plugins import Plugins

_PLUGINS: Final = Plugins("laecips.class_scorers", kind="class scorer", error=ClassScorerError)


def class_scorer_names() -> list[str]:
    """Names that `create_class_scorer` knows here, sorted."""
    return _PLUGINS.names()


def create_class_scorer(
    name: str, options: Mapping[str, str] | None = None, *, classes: Sequence[str]
) -> ClassScorer:
    """Makes a scorer.

    Args:
        name: one of `class_scorer_names()`.
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
