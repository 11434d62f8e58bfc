"""Which frames a training learns from, and which it keeps back."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.folder.splits import usual_splits
from laecips_cloud.training.data.frame_folder import FrameFolder
from laecips_cloud.training.data.label_check import count_labels, require_every_class
from laecips_cloud.training.data.labelled_frames import LabelledFrame, LabelledFrames
from laecips_cloud.training.data.time_blocks import spread

from laecips_eval.datasets import open_dataset
from laecips_eval.datasets.inspection import InspectionFrames

PAIR, TEACHER = "pair", "teacher"

SPLITS: Final = {
    (PAIR, "inspection"): ("train", "held_out"),
    (PAIR, "camvid"): ("pretrain", "0.2"),
    (TEACHER, "inspection"): ("teacher", "held_out"),
    # The end of `pretrain` is kept back, which is what the pair keeps back too.
    (TEACHER, "camvid"): ("teacher,pretrain", "0.09"),
}
"""(Role, data set) -> split to learn from; split, or share of its end, that is kept back. A folder
has its own.
"""

KEPT_BACK: Final = "0.2"
"""Of a folder without a split for it."""


class Slice:
    """Some of the frames of a data set; implements LabelledFrames."""

    def __init__(self, frames: LabelledFrames, indices: Sequence[int]) -> None:
        """Take the frames at `indices`."""
        self.frames, self.indices = frames, indices
        self.classes: Sequence[str] = frames.classes
        self.palette: Sequence[tuple[int, int, int]] = frames.palette

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.indices)

    def __getitem__(self, index: int, /) -> LabelledFrame:
        """Return the frame at `index`; raises IndexError past the end."""
        return self.frames[self.indices[index]]


def names_of(frames: LabelledFrames) -> tuple[str, ...]:
    """Return the names of a folder's frames, or of a stretch of them, without reading any.

    Raises:
        TypeError: they come from elsewhere.
    """
    if isinstance(frames, FrameFolder):
        return frames.names
    if isinstance(frames, Slice):
        names = names_of(frames.frames)
        return tuple(names[index] for index in frames.indices)
    raise TypeError(f"{type(frames).__name__} knows no names")


def open_training_frames(
    dataset: str,
    *,
    role: str = PAIR,
    root: Path | None = None,
    split: str | None = None,
    held_out: str | None = None,
    count: int | None = None,
    held_out_count: int | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> tuple[LabelledFrames, LabelledFrames]:
    """Return the frames to learn from and those that nothing learns from.

    Args:
        dataset: name of a data set.
        role: `PAIR` (f and h) or `TEACHER`: which splits are usual.
        root: its folder, where it is not generated.
        split: to learn from; None for the usual one.
        held_out: split that is kept back, or a share such as 0.2 of the end of `split`; None for
            the usual one.
        count: take so many frames of the former, of a folder evenly spread, else the first; None
            for all. Only generated frames can be more than the usual number.
        held_out_count: the same of the latter.
        tell: takes a line about pictures that are left out.

    Raises:
        ValueError: there is no such data set or split, a frame is to be in both, or not even one
            was asked for.
    """
    usual, usually_kept_back = SPLITS.get((role, dataset), ("", ""))
    if dataset == "folder" and root is not None:
        usual, usually_kept_back = _usual_splits(FrameFolder(root), split, tell)
    frames = open_dataset(dataset, root=root, split=split or usual)
    back = held_out or usually_kept_back
    if re.fullmatch(r"0?\.\d+", back):
        kept = max(1, round(float(back) * len(frames)))
        unseen: LabelledFrames = Slice(frames, range(len(frames) - kept, len(frames)))
        frames = Slice(frames, range(len(frames) - kept))
    else:
        unseen = open_dataset(dataset, root=root, split=back)
        _require_apart(frames, unseen)
    spread_out = dataset == "folder"  # where neighbours in the names often are of one kind
    return _only(frames, count, spread_out), _only(unseen, held_out_count, spread_out)


def require_learnable(frames: LabelledFrames, *, where: str) -> None:
    """Refuse frames that a training would learn from only in appearance.

    Args:
        frames: to learn from, each is read.
        where: they come from, for the error.

    Raises:
        DatasetError: a frame cannot be read, or a class has no pixel.
    """
    counts = count_labels(frames[index].label for index in range(len(frames)))
    require_every_class(counts, frames.classes, frames=len(frames), where=where)


def _usual_splits(
    folder: FrameFolder, split: str | None, tell: Callable[[str], None]
) -> tuple[str, str]:
    for lacking, files in (("mask", folder.unlabelled), ("picture", folder.orphans)):
        if files:
            tell(
                f"{folder.root}: left out, as they have no {lacking}: {len(files)} files, such as "
                f"{next(iter(files.values()))}"
            )
    learnt, held_out = usual_splits(folder.splits) if split else folder.usual_splits()
    return learnt, held_out or KEPT_BACK


def _require_apart(frames: LabelledFrames, unseen: LabelledFrames) -> None:
    if not isinstance(frames, FrameFolder) or not isinstance(unseen, FrameFolder):
        return
    if both := sorted(set(frames.names) & set(unseen.names)):
        raise DatasetError(
            f"{frames.root}: {both[0]} is to be learnt from and to be held out; take it out of one "
            "of the splits"
        )


def _only(frames: LabelledFrames, count: int | None, spread_out: bool) -> LabelledFrames:
    if isinstance(frames, InspectionFrames) and count is not None and count > len(frames):
        return InspectionFrames(frames.split, count=count)  # more are drawn
    if count is None or count >= len(frames):
        return frames
    if count < 1:
        raise ValueError(f"{count} frames were asked for: ask for at least 1")
    return Slice(frames, spread(range(len(frames)), count) if spread_out else range(count))
