"""Truth of a bag from files: label maps that are named by the stamps or numbers of pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.folder.class_file import CLASS_FILE, FolderClasses
from laecips_cloud.training.data.folder.stored_pictures import read_mask
from numpy.typing import NDArray

from laecips_eval.bags.reader import Bag
from laecips_eval.bags.topics import BagError

LabelMap = NDArray[np.uint8]

_ENDINGS: Final = (".png", ".bmp", ".tif", ".tiff")
_STAMP: Final = re.compile(r"(\d+)[._](\d{6,9})|(\d{16,19})")
_NEAR_NS: Final = 1_000_000  # names often have microseconds
_CURE: Final = (
    "name label maps by the stamps of their pictures, as 1750000000.100000000.png, or by the "
    "numbers of the pictures from 0, as 000000.png"
)


class LabelledBag(Bag):
    """A bag whose truth lies in a folder.

    The folder, or `labels/` in it, holds label maps; what they mean says classes.yaml in the
    folder, else their values are class indices.

    Args:
        bag: the recorded bag; its own truth, if it has any, is not used.
        folder: the folder.
        classes: names of the classes, in the order of the labels.

    Raises:
        BagError: there are no label maps, or they cannot be assigned to pictures.
        DatasetError: classes.yaml cannot be read.
    """

    def __init__(self, bag: Bag, folder: Path, *, classes: Sequence[str]) -> None:
        super().__init__(bag.path, bag.image_topic)
        self._kinds = None
        if (folder / CLASS_FILE).is_file():
            self._kinds = FolderClasses.read(folder / CLASS_FILE)
        self._names = tuple(self._kinds.names if self._kinds else classes)
        files = _label_files(folder / "labels" if (folder / "labels").is_dir() else folder)
        stamps = [frame.stamp_ns for frame in bag.frames()]
        self._files = assigned(files, stamps)

    def truth(self) -> Mapping[int, LabelMap]:
        """Return the label maps by stamp, read on look-up."""
        return LabelFiles(self._files, classes=len(self._names), kinds=self._kinds)

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names."""
        return self._names


class LabelFiles(Mapping[int, LabelMap]):
    """A mapping from stamp in ns to label map, uint8 [H, W].

    A look-up raises BagError for a file that cannot be read or has labels that are no classes.

    Args:
        files: label maps by stamp.
        classes: number of classes.
        kinds: what the files hold for each class; None for class indices.
    """

    def __init__(
        self, files: Mapping[int, Path], *, classes: int, kinds: FolderClasses | None
    ) -> None:
        self._files, self._classes, self._kinds = files, classes, kinds

    def __getitem__(self, stamp_ns: int) -> LabelMap:
        """Read one label map."""
        path = self._files[stamp_ns]
        try:
            stored = read_mask(path)
            if self._kinds is not None:
                return self._kinds.labels_of(stored)
        except DatasetError as error:
            where = "" if str(path) in str(error) else f"{path}: "
            raise BagError(f"{where}{error}") from error
        wrong = stored[(stored >= self._classes) & (stored != 255)]
        if wrong.size or stored.ndim != 2:
            has = f"value {wrong.flat[0]}" if wrong.size else "colours"
            raise BagError(
                f"{path}: has {has}, there are {self._classes} classes; say in {CLASS_FILE} beside "
                "the label maps what they hold"
            )
        return stored.astype(np.uint8)

    def __iter__(self) -> Iterator[int]:
        """Return the stamps."""
        return iter(self._files)

    def __len__(self) -> int:
        """Return the number of label maps."""
        return len(self._files)


def assigned(files: Sequence[Path], stamps_ns: Sequence[int]) -> dict[int, Path]:
    """Return label maps by the stamps of their pictures.

    Args:
        files: label maps, named by stamp (SECONDS.FRACTION or nanoseconds) or, if not all are, by
            the number of the picture, which is the last number in the name.
        stamps_ns: stamps of the pictures, in bag order.

    Raises:
        BagError: a name has no number or that of no picture, no stamp is a picture's, or two label
            maps are of one picture.
    """
    stamps = {path: stamp for path in files if (stamp := _stamp(path.stem)) is not None}
    found: dict[int, Path] = {}
    if len(stamps) == len(files):
        for path, stamp in stamps.items():
            nearest = min(stamps_ns, key=lambda known: abs(known - stamp), default=0)
            if abs(nearest - stamp) <= _NEAR_NS:
                _add(found, nearest, path)
    else:
        for path in files:
            _add(found, stamps_ns[_number(path, len(stamps_ns))], path)
    if not found:
        raise BagError(
            f"{files[0].parent}: none of {len(files)} label maps has the stamp of one of the "
            f"{len(stamps_ns)} pictures; {_CURE}"
        )
    return found


def _add(found: dict[int, Path], stamp_ns: int, path: Path) -> None:
    if (other := found.setdefault(stamp_ns, path)) != path:
        raise BagError(f"{path}: {other.name} is of the same picture; {_CURE}")


def _label_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise BagError(f"{folder}: no such folder; give one with label maps")
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in _ENDINGS)
    files = [path for path in files if not path.name.startswith(".")]
    if not files:
        raise BagError(f"{folder}: no label maps ({', '.join(_ENDINGS)}); {_CURE}")
    return files


def _stamp(stem: str) -> int | None:
    found = _STAMP.fullmatch(stem)
    if found is None:
        return None
    seconds, fraction, nanoseconds = found.groups()
    return int(nanoseconds or f"{seconds}{fraction.ljust(9, '0')}")


def _number(path: Path, pictures: int) -> int:
    numbers = re.findall(r"\d+", path.stem)
    if not numbers:
        raise BagError(f"{path}: its name has no number; {_CURE}")
    if int(numbers[-1]) >= pictures:
        raise BagError(f"{path}: the bag has pictures 0 to {pictures - 1}; {_CURE}")
    return int(numbers[-1])
