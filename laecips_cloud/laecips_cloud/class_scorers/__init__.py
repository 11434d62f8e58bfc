"""Class scorers: whose opinion gives masks their classes. By name, more by entry points."""

from laecips_cloud.class_scorers.scorer import (
    BatchClassScorer,
    ClassScorer,
    ClassScorerError,
    EdgeScores,
    create_class_scorer,
)

__all__ = [
    "BatchClassScorer",
    "ClassScorer",
    "ClassScorerError",
    "EdgeScores",
    "create_class_scorer",
]
