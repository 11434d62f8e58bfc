"""Labelled frames in a folder: what is learnt from, rehearsed, examined and made into bags.

images/NAME.jpg      pictures (png, bmp, tif and webp too), in folders or not
labels/NAME.png      masks: class index, 255 where there is none
classes.yaml         names of the classes, see `folder/class_file.py`
splits.yaml          optional: which frames are for what, see `folder/splits.py`
layout.yaml          optional: other names and places of the files, see `folder/layout.py`
held_out.txt         optional, in the place of splits: NAMEs that nothing learns from, one a line
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.folder.class_file import CLASS_FILE, FolderClasses
from laecips_cloud.training.data.folder.layout import LAYOUT_FILE, FrameFiles, find_pairs
from laecips_cloud.training.data.folder.splits import (
    ALL,
    HELD_OUT_SPLITS,
    LEARNT_SPLITS,
    SPLIT_FILE,
    Splits,
    read_splits,
    usual_splits,
)
from laecips_cloud.training.data.folder.stored_pictures import read_mask, read_picture
from laecips_cloud.training.data.labelled_frames import LabelledFrame, LabelledFrames
from laecips_cloud.training.data.time_blocks import split_by_time, spread

HELD_OUT: Final = "held_out.txt"


class FrameFolder:
    """Frames of a folder, all in the order of their names, or those of a split in its order.

    They are read when they are asked for. Implements LabelledFrames.

    Example:
        frames = FrameFolder("plant", "train")
        name, image, label = frames[0]

    Attributes:
        root: the folder.
        classes: names, in the order of the label values.
        palette: one RGB colour a class.
        names: of the frames.
        splits: split -> names of its frames.
        unlabelled: pictures without a mask, which are no frames; by name.
        orphans: masks without a picture, by name.
    """

    def __init__(self, root: str | Path, split: str | None = None) -> None:
        """Look what there is.

        Args:
            root: the folder.
            split: a split's name, or several with commas between: one after the other; `all` and
                None for everything.

        Raises:
            DatasetError: the folder is not there or not as above, there is no such split, or a
                frame of it lacks its picture or its mask.
        """
        self.root = Path(root)
        if not self.root.is_dir():
            raise DatasetError(f"{root}: no such folder; give one with images/ and labels/")
        kinds = self._kinds = FolderClasses.read(self.root / CLASS_FILE)
        self.classes: Sequence[str] = kinds.names
        self.palette: Sequence[tuple[int, int, int]] = kinds.palette
        found = find_pairs(self.root)
        self._pairs: Mapping[str, FrameFiles] = found.pairs
        self.unlabelled, self.orphans = found.unlabelled, found.orphans
        self.splits: Splits = self._read_held_out() or read_splits(
            self.root, (*found.pairs,), by_folder=found.by_folder
        )
        self._whole = split is None
        self.names: tuple[str, ...] = self._names_of(ALL if split is None else split)

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.names)

    def __getitem__(self, index: int, /) -> LabelledFrame:
        """Return the frame at `index`, picture and labels as they are stored: EXIF turns neither.

        Raises:
            IndexError: past the end.
            DatasetError: a file cannot be decoded, or the labels do not fit.
        """
        if not 0 <= index < len(self):
            raise IndexError(f"{self.root} has {len(self)} frames, there is no frame {index}")
        name = self.names[index]
        picture, mask = self._pairs[name]
        image, stored = read_picture(picture), read_mask(mask)
        if stored.shape[:2] != image.shape[:2]:
            raise DatasetError(
                f"{mask}: {list(stored.shape[:2])}, its picture is {list(image.shape[:2])}; bring "
                "them to one size"
            )
        return LabelledFrame(name, image, self._labels(mask, stored))

    def label(self, index: int) -> NDArray[np.uint8]:
        """Return the labels of the frame at `index` alone, without a look at its picture.

        Raises:
            DatasetError: see `__getitem__`.
        """
        mask = self._pairs[self.names[index]].mask
        return self._labels(mask, read_mask(mask))

    def files(self, index: int) -> FrameFiles:
        """Return the files of the frame at `index`."""
        return self._pairs[self.names[index]]

    @property
    def fingerprint(self) -> str:
        """Changes with the names, the sizes of the files, the classes and what is held out."""
        digest = hashlib.sha256()
        for file in (CLASS_FILE, LAYOUT_FILE, SPLIT_FILE, HELD_OUT):
            path = self.root / file
            digest.update(path.read_bytes() if path.is_file() else b"\0")
        for name in self.names:
            picture, mask = self._pairs[name]
            sizes = picture.stat().st_size, mask.stat().st_size
            digest.update(f"{name}{picture.suffix} {sizes}\n".encode())
        return digest.hexdigest()[:16]

    def usual_splits(self) -> tuple[str, str]:
        """Return the split to learn from (`all` without splits) and the held-out one (empty: none).

        Raises:
            DatasetError: there are splits, and none is named as one to learn from.
        """
        learnt, held_out = usual_splits(self.splits)
        if self.splits and not learnt:
            raise DatasetError(
                f"{self.root}: no split of {', '.join(self.splits)} is named "
                f"{LEARNT_SPLITS[0]}; name one so; `laecips train` and `make-source` take another "
                "by --split"
            )
        return learnt or ALL, held_out

    def parts(self, most: int) -> tuple[list[int], list[int]]:
        """Return the frames to learn from and those that nothing learns from, each evenly spread.

        With splits only `train` is learnt from. Held out is the split `held_out`, which may be what
        `held_out.txt` names, or `val`; without one three in ten by blocks of the frames' order.

        Args:
            most: frames in both together; at least one of each.

        Returns:
            Indices of frames.

        Raises:
            DatasetError: there are splits, and none is to learn from.
            ValueError: there are fewer than two frames.
        """
        learnt, held_out = self._learnt_and_held_out()
        if not held_out:
            learnt, held_out = split_by_time(spread(learnt, most))
        share = min(1.0, most / (len(learnt) + len(held_out)))
        return (
            spread(learnt, max(1, round(share * len(learnt)))),
            spread(held_out, max(1, round(share * len(held_out)))),
        )

    def split(self, most: int) -> tuple[list[LabelledFrame], list[LabelledFrame]]:
        """Return the frames of `parts`, in memory.

        Raises:
            DatasetError: see `parts`; a frame cannot be read.
            ValueError: there are fewer than two frames.
        """
        learnt, held_out = self.parts(most)
        return [self[index] for index in learnt], [self[index] for index in held_out]

    def _learnt_and_held_out(self) -> tuple[list[int], list[int]]:
        everything = list(range(len(self)))
        if not self.splits or not self._whole:
            return everything, []
        learnt, held_out = self.usual_splits()
        names = self._names_of(learnt)
        others = self._names_of(held_out) if held_out else ()
        if both := sorted(set(names) & set(others)):
            raise DatasetError(
                f"{self.root / SPLIT_FILE}: {both[0]} is in {learnt} and in {held_out}; take it "
                "out of one of them"
            )
        place = {name: index for index, name in enumerate(self.names)}
        return [place[name] for name in names], [place[name] for name in others]

    def _names_of(self, split: str) -> tuple[str, ...]:
        known: Splits = {ALL: (*self._pairs,), **self.splits}
        names: list[str] = []
        for part in split.split(","):
            if part not in known:
                raise DatasetError(
                    f"{self.root} has no split '{part}': it has {', '.join(self.splits or known)}"
                )
            names += known[part]
        for name in names:
            if name not in self._pairs:
                raise DatasetError(f"{self.root / SPLIT_FILE}: {name} {self._lack(name)}")
        return tuple(names)

    def _lack(self, name: str) -> str:
        if name in self.unlabelled:
            return f"has no mask for {self.unlabelled[name]}; label it, or take its name away"
        if name in self.orphans:
            return f"has no picture for {self.orphans[name]}; add it, or take its name away"
        return f"is no picture's name; a name is such as {next(iter(self._pairs))}, without ending"

    def _labels(self, mask: Path, stored: NDArray) -> NDArray[np.uint8]:
        try:
            return self._kinds.labels_of(stored)
        except DatasetError as error:
            raise DatasetError(f"{mask}: {error}") from error

    def _read_held_out(self) -> Splits:
        path = self.root / HELD_OUT
        if not path.is_file():
            return {}
        if (self.root / SPLIT_FILE).is_file():
            raise DatasetError(f"{path}: there is {SPLIT_FILE} too; take one of them away")
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except ValueError as error:
            raise DatasetError(f"{path}: not UTF-8 ({error}); save it as UTF-8") from error
        names = frozenset(line.strip() for line in lines if line.strip())
        if unknown := sorted(names - self._pairs.keys()):
            raise DatasetError(f"{path}: {unknown[0]} {self._lack(unknown[0])}")
        if not names or names == self._pairs.keys():
            raise DatasetError(
                f"{path}: names {'every frame' if names else 'no frame'}; some must be held out, "
                "and some learnt from"
            )
        return {
            LEARNT_SPLITS[0]: tuple(name for name in self._pairs if name not in names),
            HELD_OUT_SPLITS[0]: tuple(name for name in self._pairs if name in names),
        }


def write_frame_folder(
    frames: LabelledFrames, root: Path, *, held_out: Container[int] = ()
) -> None:
    """Write labelled frames as such a folder, pictures as PNG; names begin with their place.

    Args:
        frames: what to write.
        root: the folder; made where it is not there.
        held_out: places of frames that nothing may learn from.

    Raises:
        OSError: it cannot be written.
    """
    for name in ("images", "labels"):
        (root / name).mkdir(parents=True, exist_ok=True)
    reserved = []
    for index in range(len(frames)):
        name, image, label = frames[index]
        name = f"{index:06d}-{name.replace('/', '_')}"
        if index in held_out:
            reserved.append(name)
        _encode(root / "images" / f"{name}.png", image[:, :, ::-1])
        _encode(root / "labels" / f"{name}.png", label)
    if reserved:
        (root / HELD_OUT).write_text("\n".join(reserved) + "\n", encoding="utf-8")
    content = {
        "classes": list(frames.classes),
        "colors": [[int(part) for part in colour] for colour in frames.palette],
    }
    (root / CLASS_FILE).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def _encode(path: Path, picture: NDArray) -> None:
    path.write_bytes(cv2.imencode(".png", picture)[1].tobytes())
