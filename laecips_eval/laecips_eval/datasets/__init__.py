"""Data sets by name."""

from laecips_eval.datasets.registry import DATASETS, DatasetError, open_dataset

__all__ = ["DATASETS", "DatasetError", "open_dataset"]
