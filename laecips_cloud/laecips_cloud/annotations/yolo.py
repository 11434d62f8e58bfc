"""YOLO segmentation: data.yaml, and a text a picture with corners as shares of its size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from laecips_cloud.annotations.documents import documents, split_of
from laecips_cloud.annotations.shapes import (
    AnnotatedPicture,
    Annotations,
    Bitmap,
    Shape,
    Size,
    polygon,
)
from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.folder.layout import natural_order
from laecips_cloud.training.data.folder.stored_pictures import PICTURE_ENDINGS
from laecips_cloud.training.data.folder.yaml_file import read_yaml


def read(source: Path) -> Annotations:
    """Read data.yaml and what lies in the folders `images` and `labels` around it.

    A picture without a text has no shape, as YOLO takes it.

    Raises:
        DatasetError: there is no data.yaml with names, or no picture.
    """
    file = documents(source, "data.yaml", what="table of names")[0]
    names = _names(file, read_yaml(file, cure="write names of the classes there").get("names"))
    root = file.parent
    pictures = [
        path
        for path in sorted(root.rglob("*"), key=lambda path: natural_order(str(path)))
        if path.suffix.lower().lstrip(".") in PICTURE_ENDINGS
        and "images" in path.relative_to(root).parts[:-1]
    ]
    if not pictures:
        raise DatasetError(f"{root}: no picture in a folder `images`; put data.yaml beside it")
    return Annotations(
        categories=tuple(names.values()),
        pictures=lambda: (_picture(path, root, names) for path in pictures),
    )


def _picture(path: Path, root: Path, names: Mapping[int, str]) -> AnnotatedPicture:
    parts = list(path.relative_to(root).parts)
    place = len(parts) - 1 - parts[::-1].index("images")
    label = root.joinpath(*parts[:place], "labels", *parts[place + 1 :]).with_suffix(".txt")
    text = label.read_text(encoding="utf-8") if label.is_file() else ""
    shapes, others = parse(text, names)
    around = [part for i, part in enumerate(parts[:-1]) if i != place]
    split = next((found for part in around if (found := split_of(part))), "")
    rest = [part for part in around if split_of(part) != split or not split]
    return AnnotatedPicture(
        picture=path.relative_to(root).as_posix(),
        name="/".join([*rest, path.stem]),
        shapes=shapes,
        split=split,
        near=str(root),
        no_areas=others,
    )


def parse(text: str, names: Mapping[int, str]) -> tuple[list[Shape], list[str]]:
    """Return the shapes of lines with a class, then x and y of each corner; kinds of the others."""
    shapes, others = [], []
    for line in text.splitlines():
        words = line.split()
        if not words:
            continue
        try:
            number, corners = int(words[0]), [float(word) for word in words[1:]]
        except ValueError:
            others.append("lines that are no numbers")
            continue
        if len(corners) == 4:
            others.append("boxes without an outline")
        elif len(corners) < 6 or len(corners) % 2:
            others.append("lines without three corners")
        else:
            shapes.append(Shape(names.get(number, f"id {number}"), partial(_area, corners)))
    return shapes, others


def _area(corners: Sequence[float], size: Size) -> Bitmap:
    ring = np.array(corners).reshape(-1, 2) * (size[1], size[0])
    return polygon(ring)(size)


def _names(path: Path, given: Any) -> dict[int, str]:
    """Return names by number, of a list or of a mapping."""
    try:
        if isinstance(given, list):
            return dict(enumerate(given))
        return {int(number): str(name) for number, name in given.items()}
    except (AttributeError, ValueError):
        raise DatasetError(f"{path}: no names; write `names: [dent, scratch, ...]`") from None
