"""Class scorers: whose opinion gives masks their classes. By name, more by entry points."""

from laecips_cloud.class_scorers.registry import class_scorer_names, create_class_scorer
from laecips_cloud.class_scorers.scorer import (
    BatchClassScorer,
    ClassScorer,
    ClassScorerError,
    EdgeScores,
)

__all__ = [
    "BatchClassScorer",
    "ClassScorer",
    "ClassScorerError",
    "EdgeScores",
    "class_scorer_names",
    "create_class_scorer",
]
