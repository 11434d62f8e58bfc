"""classes.yaml: the classes of a folder of labelled frames, and what their masks hold.

    classes: [background, scratch, dent]               # names, in the order of the labels
    colors: [[0, 0, 0], [255, 0, 0], [0, 0, 255]]      # optional: for people, and of RGB masks
    values: [0, 255, [3, 4]]                           # optional: what masks hold; without: 0, 1, 2
    ignore_index: 11                                   # optional: no class; a number or a list
    ignore_color: [224, 224, 192]                      # optional: the same of RGB masks

255 has no class either, unless `values` has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.folder.yaml_file import read_yaml, require_known, whole_number
from laecips_cloud.training.data.labelled_frames import UNLABELLED

CLASS_FILE: Final = "classes.yaml"
_KEYS: Final = ("classes", "colors", "values", "ignore_index", "ignore_color")
_CURE: Final = "write `classes: [name of label 0, name of label 1, ...]` there"
_NONE: Final = -1

Colour = tuple[int, int, int]


def distinct_colours(count: int) -> tuple[Colour, ...]:
    """Return a colour for each class: the bits of its number, dealt out to R, G and B.

    The colour map of Pascal VOC's devkit.

    Example:
        >>> distinct_colours(4)
        ((0, 0, 0), (128, 0, 0), (0, 128, 0), (128, 128, 0))
    """

    def part(number: int, channel: int) -> int:
        return sum((number >> (3 * bit + channel) & 1) << (7 - bit) for bit in range(3))

    return tuple((part(i, 0), part(i, 1), part(i, 2)) for i in range(count))


@dataclass(frozen=True, kw_only=True)
class FolderClasses:
    """What classes.yaml says.

    Attributes:
        path: of the file.
        names: of the classes, in the order of the labels.
        palette: one RGB colour a class.
        values: for each class what masks hold where it is.
        ignored: values that have no class.
        colours: what RGB masks hold where a class is, one a class; empty: the file gives none.
        ignored_colours: what they hold where there is none.
    """

    path: Path
    names: tuple[str, ...]
    palette: tuple[Colour, ...]
    values: tuple[tuple[int, ...], ...]
    ignored: frozenset[int]
    colours: tuple[Colour, ...]
    ignored_colours: tuple[Colour, ...]

    @classmethod
    def read(cls, path: Path) -> FolderClasses:
        """Read the file.

        Raises:
            DatasetError: it cannot be read, or is not as above.
        """
        content = read_yaml(path, cure=_CURE)
        require_known(path, content, _KEYS)
        names = _names(path, content.get("classes"))
        colours = _colours(path, content["colors"], names) if "colors" in content else ()
        values = _values(path, content.get("values", [*map(str, range(len(names)))]), names)
        known = {value for row in values for value in row}
        ignored = frozenset(_numbers(path, "ignore_index", content.get("ignore_index", [])))
        if both := sorted(known & ignored):
            raise DatasetError(
                f"{path}: {both[0]} is in ignore_index and is a class's too; give `values`, one a "
                "class, or another ignore_index"
            )
        return cls(
            path=path,
            names=names,
            palette=colours or distinct_colours(len(names)),
            values=values,
            ignored=ignored | ({UNLABELLED} - known),
            colours=colours,
            ignored_colours=_ignored_colours(path, content.get("ignore_color", [])),
        )

    def labels_of(self, stored: NDArray) -> NDArray[np.uint8]:
        """Turn what a mask holds into labels.

        Args:
            stored: uint8 or uint16 [H, W], values; or uint8 [H, W, 3], RGB.

        Returns:
            uint8 [H, W], class index, 255 where there is none.

        Raises:
            DatasetError: it holds what belongs to no class; says what to do, not where.
        """
        if stored.ndim == 3:
            return self._labels_of_colours(stored)
        table = np.full(np.iinfo(stored.dtype).max + 1, _NONE, np.int16)
        table[[value for value in self.ignored if value < len(table)]] = UNLABELLED
        for label, row in enumerate(self.values):
            table[[value for value in row if value < len(table)]] = label
        labels = table[stored]
        wrong = labels == _NONE
        if wrong.any():
            value = stored[wrong].min()
            raise DatasetError(
                f"label {value} of {len(self.names)} classes; write class indices, {UNLABELLED} "
                f"where there is none, or say in {self.path.name} which `values` the masks hold"
            )
        return labels.astype(np.uint8)

    def _labels_of_colours(self, stored: NDArray) -> NDArray[np.uint8]:
        if not self.colours:
            if (stored == stored[:, :, :1]).all():
                return self.labels_of(np.ascontiguousarray(stored[:, :, 0]))
            raise DatasetError(
                f"RGB, and {self.path.name} has no colors; give one a class there, or write class "
                "indices"
            )
        known = self._codes()
        codes = np.array(sorted(known), np.int32)
        labels = np.array([known[int(code)] for code in codes], np.uint8)
        red, green, blue = np.moveaxis(stored.astype(np.int32), 2, 0)
        pixels = red << 16 | green << 8 | blue
        places = np.searchsorted(codes, pixels).clip(max=len(codes) - 1)
        wrong = codes[places] != pixels
        if wrong.any():
            row, column = np.argwhere(wrong)[0]
            raise DatasetError(
                f"colour {stored[row, column].tolist()} at row {row}, column {column} is no "
                f"class's; give it to a class or to ignore_color in {self.path.name}"
            )
        return labels[places]

    def _codes(self) -> dict[int, int]:
        codes = {_code(colour): UNLABELLED for colour in self.ignored_colours}
        for label, colour in enumerate(self.colours):
            if codes.setdefault(_code(colour), label) != label:
                raise DatasetError(
                    f"RGB, and in {self.path.name} {self.names[label]} has the colour "
                    f"{list(colour)} that another has too; give each its own"
                )
        return codes


def _names(path: Path, given: Any) -> tuple[str, ...]:
    if not isinstance(given, list) or not given:
        raise DatasetError(f"{path}: has no list classes; {_CURE}")
    if not all(isinstance(name, str) and name.strip() for name in given):
        raise DatasetError(f"{path}: classes must be names; {_CURE}")
    if len(given) > UNLABELLED:
        raise DatasetError(f"{path}: {len(given)} classes; give at most {UNLABELLED}")
    if twice := sorted({name for name in given if given.count(name) > 1}):
        raise DatasetError(f"{path}: class {twice[0]} is there twice; give each a name of its own")
    return tuple(given)


def _colours(path: Path, given: Any, names: Sequence[str]) -> tuple[Colour, ...]:
    if not isinstance(given, list) or len(given) != len(names):
        raise DatasetError(
            f"{path}: colors must be one [red, green, blue] for each of the {len(names)} classes"
        )
    return tuple(_colour(path, "colors", colour) for colour in given)


def _colour(path: Path, key: str, given: Any) -> Colour:
    if isinstance(given, list) and len(given) == 3:
        red, green, blue = (whole_number(path, key, part) for part in given)
        if max(red, green, blue) <= 255:
            return red, green, blue
    raise DatasetError(f"{path}: {key} has {given!r}; write [red, green, blue], 0 to 255")


def _ignored_colours(path: Path, given: Any) -> tuple[Colour, ...]:
    rows = given if given and isinstance(given[0], list) else [given] * bool(given)
    return tuple(_colour(path, "ignore_color", colour) for colour in rows)


def _code(colour: Colour) -> int:
    return colour[0] << 16 | colour[1] << 8 | colour[2]


def _values(path: Path, given: Any, names: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    if not isinstance(given, list) or len(given) != len(names):
        raise DatasetError(f"{path}: values must be one number or list for each of {len(names)}")
    rows = tuple(_numbers(path, "values", row) for row in given)
    flat = [value for row in rows for value in row]
    if len(set(flat)) < len(flat):
        raise DatasetError(f"{path}: values has a number twice; give each to one class")
    return rows


def _numbers(path: Path, key: str, given: Any) -> tuple[int, ...]:
    row = given if isinstance(given, list) else [given]
    return tuple(whole_number(path, key, number) for number in row)
