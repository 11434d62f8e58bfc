"""Labelled source frames for a trainer: what its pair knew from the start, and a part kept back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.frame_folder import FrameFolder, write_frame_folder
from laecips_cloud.training.data.labelled_frames import LabelledFrame, LabelledFrames
from laecips_cloud.training.data.time_blocks import spread

from laecips_eval.datasets.training_frames import open_training_frames

Progress = Callable[[int, int], None]

SHIPPED_FRAMES: Final = 600
"""Frames of the split `train` that the shipped f has learnt from."""

LEARNT, HELD_OUT = 600, 60
"""Frames that a trainer is usually given: to rehearse, and for the promotion gate."""


def ensure_source(
    directory: Path,
    *,
    learnt: int = LEARNT,
    held_out: int = HELD_OUT,
    progress: Progress = lambda done, total: None,
) -> Path:
    """Return the source frames of the shipped bundle; drawn when they are not there yet.

    Nothing of a bag is in them: they are day-zero panels of other seeds.

    Args:
        directory: folder for their folder.
        learnt: see `write_source`.
        held_out: see `write_source`.
        progress: called with frames done and in all.

    Raises:
        OSError: it cannot be written.
    """
    path = directory / f"inspection-source-{learnt}-{held_out}"
    if _is_whole(path):
        return path
    frames, others = open_training_frames("inspection", count=SHIPPED_FRAMES)
    draft = path.with_name(f".{path.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    write_source(frames, others, draft, learnt=learnt, held_out=held_out, progress=progress)
    shutil.rmtree(path, ignore_errors=True)
    draft.rename(path)
    return path


def _is_whole(path: Path) -> bool:
    try:
        there = FrameFolder(path)
    except DatasetError:
        return False
    return not there.unlabelled and not there.orphans


def write_source(
    frames: LabelledFrames,
    others: LabelledFrames,
    path: Path,
    *,
    learnt: int = LEARNT,
    held_out: int = HELD_OUT,
    progress: Progress = lambda done, total: None,
) -> int:
    """Write a folder of source frames, each part evenly spread.

    Args:
        frames: that the pair has learnt from; some are rehearsed.
        others: that no f has learnt from; the promotion gate is held on some.
        path: the folder.
        learnt: most of `frames`, at least 1.
        held_out: most of `others`, at least 1.
        progress: called with frames done and in all.

    Returns:
        How many frames were written.

    Raises:
        ValueError: a number below 1.
        OSError: it cannot be written.
    """
    if min(learnt, held_out) < 1:
        raise ValueError(f"source frames: {learnt} to learn and {held_out} held out: give some")
    chosen = _Chosen([(frames, learnt), (others, held_out)], progress)
    first = len(chosen) - min(held_out, len(others))
    write_frame_folder(chosen, path, held_out=range(first, len(chosen)))
    return len(chosen)


class _Chosen:
    """Evenly spread frames of several, one after the other; implements LabelledFrames."""

    def __init__(self, parts: Sequence[tuple[LabelledFrames, int]], progress: Progress) -> None:
        self.classes: Sequence[str] = parts[0][0].classes
        self.palette: Sequence[tuple[int, int, int]] = parts[0][0].palette
        self._chosen = [(part, i) for part, most in parts for i in spread(range(len(part)), most)]
        self._progress = progress

    def __len__(self) -> int:
        return len(self._chosen)

    def __getitem__(self, index: int, /) -> LabelledFrame:
        self._progress(index + 1, len(self))
        part, place = self._chosen[index]
        return part[place]
