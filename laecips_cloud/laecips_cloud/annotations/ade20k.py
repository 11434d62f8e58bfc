"""ADE20K's scene parsing benchmark: images and annotations, masks of numbers from 1; 0 is no class.

Zhou et al., "Scene Parsing through ADE20K Dataset", 2017. objectInfo150.txt names the numbers;
without it a class is called by its number, for --classes to rename.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.annotations.documents import documents, split_of
from laecips_cloud.annotations.shapes import AnnotatedPicture, Annotations, Shape, where
from laecips_cloud.training.data.folder.stored_pictures import read_mask

_CLASSES = 150


def read(source: Path) -> Annotations:
    """Read the folder that holds annotations/SPLIT and images/SPLIT.

    Raises:
        DatasetError: there is no mask.
    """
    masks = documents(source, "**/annotations/**/*.png", what="mask in annotations")
    names = _names(source / "objectInfo150.txt")

    def pictures() -> Iterator[AnnotatedPicture]:
        for path in masks:
            stored = read_mask(path)
            yield AnnotatedPicture(
                picture=f"images/{path.parent.name}/{path.stem}.*",
                name=path.stem,
                shapes=parse(stored, names),
                size=(stored.shape[0], stored.shape[1]),
                split=split_of(path.parent.name),
                near=str(path.parents[2]),
            )

    return Annotations(categories=tuple(names.values()), pictures=pictures, background="")


def parse(stored: NDArray, names: Mapping[int, str]) -> list[Shape]:
    """Return one shape for each number that is there, but 0."""
    return [
        Shape(names.get(value, f"id {value}"), where(stored, value))
        for value in map(int, np.unique(stored))
        if value
    ]


def _names(path: Path) -> dict[int, str]:
    """Of the table's columns Idx and Name, of which the first synonym."""
    names = {number: str(number) for number in range(1, _CLASSES + 1)}
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines()[1:]:
            columns = line.split("\t")
            if len(columns) > 1 and columns[0].strip().isdigit():
                names[int(columns[0])] = columns[-1].split(",")[0].strip()
    return names
