"""Labelled frames in a folder: what a trainer in the cloud rehearses from and is examined on.

images/NAME.jpg or .png   pictures
labels/NAME.png           8-bit class index, 255 where there is none
classes.yaml              classes (names, in the order of the labels), colors (RGB each)
held_out.txt              optional: NAMEs that nothing may learn from, one a line
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from laecips_cloud.training.data.labelled_frames import UNLABELLED, LabelledFrame, LabelledFrames
from laecips_cloud.training.data.time_blocks import split_by_time, spread

HELD_OUT: Final = "held_out.txt"
_PICTURES: Final = (".jpg", ".jpeg", ".png")


class FrameFolderError(ValueError):
    """A folder that holds no labelled frames, or broken ones; one line: what, where, what to do."""


class FrameFolder:
    """Frames in the order of their names; read when they are asked for.

    Example:
        frames = FrameFolder("source")
        name, image, label = frames[0]

    Attributes:
        classes: names, in the order of the label values.
        palette: one RGB colour a class.
    """

    def __init__(self, root: str | Path) -> None:
        """Looks what there is.

        Raises:
            FrameFolderError: the folder or classes.yaml is not there or not as above, a picture
                has no labels, or there is no picture.
        """
        self._root = Path(root)
        if not self._root.is_dir():
            raise FrameFolderError(f"{root}: no such folder; give one with images/ and labels/")
        content = _read_classes(self._root / "classes.yaml")
        self.classes: Sequence[str] = tuple(map(str, content["classes"]))
        self.palette: Sequence[tuple[int, int, int]] = _palette(self._root, content, self.classes)
        pictures = (self._root / "images").glob("*")
        self._pictures = sorted(path for path in pictures if path.suffix.lower() in _PICTURES)
        if not self._pictures:
            raise FrameFolderError(f"{root}: no picture in images/ (jpg or png); put some there")
        for path in self._pictures:
            if not self._label_of(path).is_file():
                raise FrameFolderError(
                    f"{self._label_of(path)}: missing; label {path.name}, or take it away"
                )
        self._held_out = self._read_held_out()

    def __len__(self) -> int:
        """Number of frames."""
        return len(self._pictures)

    def __getitem__(self, index: int, /) -> LabelledFrame:
        """The frame at `index`.

        Raises:
            IndexError: past the end.
            FrameFolderError: a file cannot be decoded, or the labels do not fit.
        """
        if not 0 <= index < len(self):
            raise IndexError(f"{self._root}: {len(self)} frames, there is no frame {index}")
        picture = self._pictures[index]
        path = self._label_of(picture)
        image, label = _decode(picture, cv2.IMREAD_COLOR), _decode(path, cv2.IMREAD_UNCHANGED)
        if label.dtype != np.uint8 or label.shape != image.shape[:2]:
            raise FrameFolderError(
                f"{path}: {label.dtype} {list(label.shape)}, its picture is "
                f"{list(image.shape[:2])}; write 8-bit class indices of the same size"
            )
        wrong = label[(label >= len(self.classes)) & (label != UNLABELLED)]
        if wrong.size:
            raise FrameFolderError(
                f"{path}: label {wrong.min()} of {len(self.classes)} classes; "
                f"write class indices, {UNLABELLED} where there is none"
            )
        return LabelledFrame(picture.stem, np.ascontiguousarray(image[:, :, ::-1]), label)

    @property
    def fingerprint(self) -> str:
        """Changes with the names, the sizes of the files and the classes."""
        digest = hashlib.sha256("\n".join((*self.classes, *sorted(self._held_out))).encode())
        for path in self._pictures:
            sizes = path.stat().st_size, self._label_of(path).stat().st_size
            digest.update(f"{path.name} {sizes}\n".encode())
        return digest.hexdigest()[:16]

    def split(self, most: int) -> tuple[list[LabelledFrame], list[LabelledFrame]]:
        """What is learnt from, and what nothing learns from, in memory, each evenly spread.

        Args:
            most: frames in both together; at least one of each.

        Returns:
            The frames that `held_out.txt` does not name, and those that it does; without the file
            seven in ten by blocks of the frames' order, and the others.

        Raises:
            FrameFolderError: a frame cannot be read.
            ValueError: there are fewer than two frames.
        """
        everything = range(len(self))
        if self._held_out:
            held_out = [i for i in everything if self._pictures[i].stem in self._held_out]
            learnt = [i for i in everything if self._pictures[i].stem not in self._held_out]
        else:
            learnt, held_out = split_by_time(spread(everything, most))
        share = min(1.0, most / (len(learnt) + len(held_out)))
        return (
            [self[i] for i in spread(learnt, max(1, round(share * len(learnt))))],
            [self[i] for i in spread(held_out, max(1, round(share * len(held_out))))],
        )

    def _read_held_out(self) -> frozenset[str]:
        path = self._root / HELD_OUT
        if not path.is_file():
            return frozenset()
        names = frozenset(path.read_text(encoding="utf-8").split())
        known = {picture.stem for picture in self._pictures}
        if unknown := sorted(names - known):
            raise FrameFolderError(
                f"{path}: there is no picture {unknown[0]} in images/; name frames without ending, "
                "one a line"
            )
        if not names or names == known:
            raise FrameFolderError(
                f"{path}: names {'every frame' if names else 'no frame'}; some must be held out, "
                "and some learnt from"
            )
        return names

    def _label_of(self, picture: Path) -> Path:
        return self._root / "labels" / f"{picture.stem}.png"


def write_frame_folder(
    frames: LabelledFrames, root: Path, *, held_out: Container[int] = ()
) -> None:
    """Writes labelled frames as such a folder, pictures as PNG; names begin with their place.

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
    (root / "classes.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def _read_classes(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FrameFolderError(
            f"{path}: cannot be read ({error.strerror}); write classes and colors there"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FrameFolderError(f"{path}: not YAML ({' '.join(str(error).split())})") from error
    for key in ("classes", "colors"):
        if not isinstance(content, dict) or not isinstance(content.get(key), list):
            raise FrameFolderError(f"{path}: has no list {key}; write one entry a class")
    return dict(content)


def _palette(
    root: Path, content: dict[str, Any], classes: Sequence[str]
) -> tuple[tuple[int, int, int], ...]:
    colours = content["colors"]
    try:
        palette = tuple((int(red), int(green), int(blue)) for red, green, blue in colours)
    except (TypeError, ValueError):
        palette = ()
    if len(palette) != len(classes):
        raise FrameFolderError(
            f"{root / 'classes.yaml'}: colors must be one [red, green, blue] for each of the "
            f"{len(classes)} classes"
        )
    return palette


def _decode(path: Path, flags: int) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path), flags)
    if picture is None:
        raise FrameFolderError(f"{path}: cannot be decoded; copy it again, or take it away")
    return np.asarray(picture)


def _encode(path: Path, picture: NDArray[np.uint8]) -> None:
    path.write_bytes(cv2.imencode(".png", picture)[1].tobytes())
