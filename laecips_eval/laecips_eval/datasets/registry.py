"""Data sets by name: the one place that knows which there are."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from laecips_cloud.training.data.labelled_frames import LabelledFrames

from laecips_eval.datasets.camvid import CamVid
from laecips_eval.datasets.errors import DatasetError
from laecips_eval.datasets.inspection import InspectionFrames

__all__ = ["DATASETS", "DatasetError", "open_dataset"]


def open_dataset(
    name: str, *, root: str | Path | None = None, split: str, **options: Any
) -> LabelledFrames:
    """Open a split of a data set.

    Args:
        name: a key of `DATASETS`.
        root: folder where the data lies; data sets that are generated take none.
        split: which frames. `inspection`: train, held_out. `camvid`: those of its splits.yaml.
        options: of the data set, `InspectionFrames`: count, seed, drift, defect_rate.

    Returns:
        Labelled frames: a sequence with `classes` and `palette`.

    Raises:
        DatasetError: unknown name, split or option, or the data is not there.

    Example:
        >>> len(open_dataset("inspection", split="held_out", count=3))
        3
    """
    if name not in DATASETS:
        raise DatasetError(
            f"no data set is named '{name}': there are {', '.join(sorted(DATASETS))}"
        )
    try:
        return DATASETS[name](None if root is None else Path(root), split, options)
    except TypeError as error:
        raise DatasetError(f"{name}: {error}") from error


def _inspection(root: Path | None, split: str, options: dict[str, Any]) -> LabelledFrames:
    if root is not None:
        raise DatasetError(f"inspection is generated and needs no root: drop '{root}'")
    return InspectionFrames(split, **options)


def _camvid(root: Path | None, split: str, options: dict[str, Any]) -> LabelledFrames:
    if root is None:
        raise DatasetError("camvid needs a root: the folder with images, labels and splits.yaml")
    return CamVid(root, split, **options)


DATASETS: dict[str, Callable[[Path | None, str, dict[str, Any]], LabelledFrames]] = {
    "camvid": _camvid,
    "inspection": _inspection,
}
"""Name -> how to open it."""
