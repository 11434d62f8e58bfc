"""Data sets by name: the one place that knows which there are."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.frame_folder import FrameFolder
from laecips_cloud.training.data.labelled_frames import LabelledFrames

from laecips_eval.datasets.inspection import InspectionFrames

__all__ = ["DATASETS", "DatasetError", "open_dataset"]


def open_dataset(
    name: str, *, root: str | Path | None = None, split: str, **options: Any
) -> LabelledFrames:
    """Open a split of a data set.

    Args:
        name: a key of `DATASETS`.
        root: folder where the data lies; data sets that are generated take none.
        split: which frames. `inspection`: train, held_out. Of a folder: one of its splits, or
            several with commas between.
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


def _folder(name: str, root: Path | None, split: str, options: dict[str, Any]) -> LabelledFrames:
    if root is None:
        raise DatasetError(f"{name} needs a root: the folder with images, labels and classes.yaml")
    return FrameFolder(root, split, **options)


DATASETS: dict[str, Callable[[Path | None, str, dict[str, Any]], LabelledFrames]] = {
    # Brostow, Fauqueur, Cipolla 2009, in the 11-class form: a folder whose usual splits are known.
    "camvid": partial(_folder, "camvid"),
    "folder": partial(_folder, "folder"),
    "inspection": _inspection,
}
"""Name -> how to open it."""
