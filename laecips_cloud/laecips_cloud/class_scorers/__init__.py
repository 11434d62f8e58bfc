"""Class scorers: their scores give masks their classes; entry points add further ones."""

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
