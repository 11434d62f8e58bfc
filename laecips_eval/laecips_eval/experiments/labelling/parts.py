"""Parts of a folder of labelled frames: for the teacher, for the first pair, for the drive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import yaml
from laecips_cloud.training.data.folder.class_file import CLASS_FILE
from laecips_cloud.training.data.folder.layout import LAYOUT_FILE
from laecips_cloud.training.data.folder.splits import SPLIT_FILE
from laecips_cloud.training.data.frame_folder import FrameFolder

TRAIN: Final = "train"
HELD_OUT: Final = "held_out"


class Sizes(NamedTuple):
    """Numbers of frames of the parts.

    Attributes:
        teacher: what the teacher learns from.
        source: what the first pair learns from; a quarter of it is held out for the gate.
        drive: what the robot sees.
        rare: share of the frames with the rare class that may be in `source`.
    """

    teacher: int
    source: int
    drive: int
    rare: float


class Parts(NamedTuple):
    """Names of frames; no frame is in two parts."""

    teacher: tuple[str, ...]
    source: tuple[str, ...]
    drive: tuple[str, ...]


def split_parts(names: Sequence[str], rare: Sequence[bool], *, sizes: Sizes, seed: int) -> Parts:
    """Deal frames out by lot.

    Only the drive differs between seeds. The source has few frames with the rare class: the drive
    is what the first pair does not know.

    Args:
        names: of the frames.
        rare: whether each has the rare class.
        sizes: of the parts.
        seed: of the drive.

    Raises:
        ValueError: there are too few frames.
    """
    lot = np.random.default_rng(0)
    order = lot.permutation(len(names)).tolist()
    teacher, rest = order[: sizes.teacher], order[sizes.teacher :]
    source = [place for place in rest if lot.random() < sizes.rare or not rare[place]]
    source = source[: sizes.source]
    taken = set(source)
    others = [place for place in rest if place not in taken]
    drive = np.random.default_rng((1, seed)).permutation(others).tolist()[: sizes.drive]
    if len(source) < sizes.source or len(drive) < sizes.drive:
        raise ValueError(f"{len(names)} frames are too few for {sizes}")
    of = [tuple(names[place] for place in part) for part in (teacher, source, drive)]
    return Parts(*of)


def write_part(root: Path, folder: Path, splits: Mapping[str, Sequence[str]]) -> Path:
    """Write a folder of some frames of another one, whose files stay where they are.

    Args:
        root: has images/, labels/ and classes.yaml.
        folder: to write.
        splits: names of the frames, by split.

    Returns:
        The folder.
    """
    FrameFolder(root)  # raises what a training would
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CLASS_FILE).write_bytes((root / CLASS_FILE).read_bytes())
    layout = {
        "root": str(root.absolute()),
        "images": "images/{name}.*",
        "labels": "labels/{name}.png",
    }
    (folder / LAYOUT_FILE).write_text(yaml.safe_dump(layout), encoding="utf-8")
    listed = {split: list(names) for split, names in splits.items()}
    (folder / SPLIT_FILE).write_text(yaml.safe_dump(listed), encoding="utf-8")
    return folder
