"""The labelled source frames that a trainer of the shipped inspection bundle is given."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from laecips_cloud.training.frame_folder import FrameFolder, FrameFolderError, write_frame_folder
from laecips_cloud.training.labelled_frames import LabelledFrame

from laecips_eval.datasets.inspection import InspectionFrames
from laecips_eval.inspection.classes import CLASSES, PALETTE

Progress = Callable[[int, int], None]

LEARNT: Final = range(0, 600, 5)
"""Of the split `train`: every fifth frame that the shipped f has learnt from."""

RESERVED: Final = range(0, 240, 4)
"""Of the split `held_out`: no f has learnt from these."""


class _Chosen:
    """The frames, drawn as they are asked for."""

    classes: Sequence[str] = CLASSES
    palette: Sequence[tuple[int, int, int]] = PALETTE

    def __init__(self, progress: Progress) -> None:
        self._train = InspectionFrames("train", count=LEARNT.stop)
        self._held_out = InspectionFrames("held_out", count=RESERVED.stop)
        self._progress = progress

    def __len__(self) -> int:
        return len(LEARNT) + len(RESERVED)

    def __getitem__(self, index: int, /) -> LabelledFrame:
        self._progress(index + 1, len(self))
        if index < len(LEARNT):
            return self._train[LEARNT[index]]
        return self._held_out[RESERVED[index - len(LEARNT)]]


def ensure_source(directory: Path, *, progress: Progress = lambda done, total: None) -> Path:
    """The folder of these frames; drawn when it is not there yet.

    Nothing of a bag is in it: they are day-zero panels of other seeds. The promotion gate is held
    on frames that no f has learnt from.

    Args:
        directory: folder for it.
        progress: called with frames done and in all.

    Raises:
        OSError: it cannot be written.
    """
    path = directory / f"inspection-source-{len(LEARNT)}-{len(RESERVED)}"
    try:
        FrameFolder(path)
        return path
    except FrameFolderError:
        pass  # not there, or not whole
    draft = path.with_name(f".{path.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    write_frame_folder(_Chosen(progress), draft, held_out=lambda name: name.startswith("held_out"))
    shutil.rmtree(path, ignore_errors=True)
    draft.rename(path)
    return path
