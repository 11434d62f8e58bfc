"""The folder of labelled source frames that a trainer is given, looked at before it trains."""

from __future__ import annotations

from pathlib import Path

from laecips_edge.core.bundle.bundle import Bundle

from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.frame_folder import FrameFolder
from laecips_cloud.training.data.label_check import count_labels, require_every_class


def open_source(path: Path, bundle: Bundle, *, most: int) -> FrameFolder:
    """Open a folder of source frames that a pair can be trained and examined on.

    Args:
        path: the folder.
        bundle: the pair that was given.
        most: frames of it that are used.

    Raises:
        DatasetError: it is no such folder, is of other classes, or one of the classes has no pixel
            in the frames that are learnt from.
    """
    source = FrameFolder(path)
    if tuple(source.classes) != bundle.manifest.classes or len(source) < 2:
        raise DatasetError(
            f"{path}: {len(source)} frames of the classes {', '.join(source.classes)}; "
            f"give at least 2 of those of {bundle.path}: {', '.join(bundle.manifest.classes)}"
        )
    learnt, _ = source.parts(most)
    counts = count_labels(source.label(index) for index in learnt)
    require_every_class(counts, source.classes, frames=len(learnt), where=str(path))
    return source
