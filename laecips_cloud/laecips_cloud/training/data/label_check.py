"""What labels must have before anything is trained on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.labelled_frames import UNLABELLED


def count_labels(labels: Iterable[NDArray[np.uint8]]) -> NDArray[np.int64]:
    """Count the pixels of each label: int64 [256]."""
    counts = np.zeros(256, np.int64)
    for label in labels:
        counts += np.bincount(label.ravel(), minlength=256)
    return counts


def require_every_class(
    counts: NDArray[np.int64], classes: Sequence[str], *, frames: int, where: str
) -> None:
    """Refuse to learn from labels in which a class is not seen even once.

    A network that never saw a class scores perfectly on labels that lack it, and is promoted.

    Args:
        counts: pixels of each label, int64 [256].
        classes: names, in the order of the labels.
        frames: how many were counted.
        where: they come from, for the error.

    Raises:
        DatasetError: there are fewer than two classes, or a class has no pixel.
    """
    if len(classes) < 2:
        raise DatasetError(f"{where}: one class, {classes[0]}; give at least two")
    missing = [name for name, count in zip(classes, counts, strict=False) if not count]
    if not missing:
        return
    hint = ""
    if counts[UNLABELLED]:
        share = counts[UNLABELLED] / counts.sum()
        values = "values: [0, 255]" if len(classes) == 2 else "values, one a class,"
        hint = (
            f"; {share:.1%} of the pixels have no class: if masks say {missing[-1]} by 255, write "
            f"{values} into classes.yaml"
        )
    raise DatasetError(
        f"{where}: no pixel of {', '.join(missing)} in {frames} frames; label some, take more "
        f"frames, or take the class out of classes.yaml{hint}"
    )
