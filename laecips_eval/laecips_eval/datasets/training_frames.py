"""Which frames a training learns from, and which it keeps back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from laecips_cloud.training.data.labelled_frames import LabelledFrame, LabelledFrames

from laecips_eval.datasets import open_dataset

PAIR, TEACHER = "pair", "teacher"

SPLITS: Final = {
    (PAIR, "inspection"): ("train", "held_out"),
    (PAIR, "camvid"): ("pretrain", "0.2"),
    (TEACHER, "inspection"): ("teacher", "held_out"),
    # The end of `pretrain` is kept back, which is what the pair keeps back too.
    (TEACHER, "camvid"): ("teacher,pretrain", "0.09"),
}
"""(Role, data set) -> split to learn from; split, or share of its end, that is kept back."""


class Slice:
    """A stretch of labelled frames; implements LabelledFrames."""

    def __init__(self, frames: LabelledFrames, indices: range) -> None:
        """Takes the frames at `indices`."""
        self._frames, self._indices = frames, indices
        self.classes: Sequence[str] = frames.classes
        self.palette: Sequence[tuple[int, int, int]] = frames.palette

    def __len__(self) -> int:
        """Number of frames."""
        return len(self._indices)

    def __getitem__(self, index: int, /) -> LabelledFrame:
        """The frame at `index`; raises IndexError past the end."""
        return self._frames[self._indices[index]]


def open_training_frames(
    dataset: str,
    *,
    role: str = PAIR,
    root: Path | None = None,
    split: str | None = None,
    held_out: str | None = None,
    count: int | None = None,
    held_out_count: int | None = None,
) -> tuple[LabelledFrames, LabelledFrames]:
    """Frames to learn from and frames that nothing learns from.

    Args:
        dataset: name of a data set.
        role: `PAIR` (f and h) or `TEACHER`: which splits are usual.
        root: its folder, where it is not generated.
        split: to learn from; None for the usual one.
        held_out: split that is kept back, or a share such as 0.2 of the end of `split`; None for
            the usual one.
        count: take only so many frames of the former; None for all.
        held_out_count: the same of the latter.

    Raises:
        ValueError: there is no such data set or split, or not even one frame was asked for.
    """
    usual, usually_kept_back = SPLITS.get((role, dataset), ("", ""))
    frames = open_dataset(dataset, root=root, split=split or usual)
    back = held_out or usually_kept_back
    if re.fullmatch(r"0?\.\d+", back):
        kept = max(1, round(float(back) * len(frames)))
        unseen: LabelledFrames = Slice(frames, range(len(frames) - kept, len(frames)))
        frames = Slice(frames, range(len(frames) - kept))
    else:
        unseen = open_dataset(dataset, root=root, split=back)
    return _first(frames, count), _first(unseen, held_out_count)


def _first(frames: LabelledFrames, count: int | None) -> LabelledFrames:
    if count is None or count >= len(frames):
        return frames
    if count < 1:
        raise ValueError(f"{count} frames were asked for: ask for at least 1")
    return Slice(frames, range(count))
