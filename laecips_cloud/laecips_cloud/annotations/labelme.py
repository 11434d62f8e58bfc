"""labelme: a JSON a picture, with polygons, rectangles, circles and masks."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from laecips_cloud.annotations.documents import documents, read_json, require
from laecips_cloud.annotations.packed_masks import packed_mask
from laecips_cloud.annotations.shapes import (
    AnnotatedPicture,
    Annotations,
    Area,
    Bitmap,
    Shape,
    Size,
    box,
    ellipse,
    polygon,
)

Values = Mapping[str, Any]


def read(source: Path) -> Annotations:
    """Read the JSON of a picture, or all of a folder.

    Raises:
        DatasetError: there is none, or one is no such file.
    """
    files = documents(source, "**/*.json", what="labelme file")

    def pictures() -> Iterator[AnnotatedPicture]:
        for path in files:
            content = read_json(path)
            require(content, ("shapes", "imagePath"), path, "labelme file")
            name = path.relative_to(source if source.is_dir() else path.parent).with_suffix("")
            yield parse(content, name=name.as_posix(), near=str(path.parent))

    names = {shape.category for picture in pictures() for shape in picture.shapes}
    return Annotations(categories=tuple(sorted(names)), pictures=pictures)


def parse(content: Values, *, name: str, near: str) -> AnnotatedPicture:
    """Return the shapes of one picture, which is named as its JSON."""
    shapes, others = [], []
    for shape in content["shapes"]:
        kind = shape.get("shape_type") or "polygon"
        if kind in _AREAS:
            shapes.append(Shape(str(shape["label"]), _AREAS[kind](shape)))
        else:
            others.append(f"shapes of the kind {kind}")
    height, width = content.get("imageHeight"), content.get("imageWidth")
    data = content.get("imageData")
    return AnnotatedPicture(
        picture=str(content["imagePath"]).replace("\\", "/"),
        name=name,
        shapes=shapes,
        size=(int(height), int(width)) if height and width else None,
        near=near,
        embedded=base64.b64decode(data) if data else None,
        no_areas=others,
    )


def _polygon(shape: Values) -> Area:
    return polygon(shape["points"])


def _rectangle(shape: Values) -> Area:
    (x0, y0), (x1, y1) = shape["points"]
    return box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _circle(shape: Values) -> Area:
    (x, y), edge = shape["points"]
    radius = float(np.hypot(edge[0] - x, edge[1] - y))
    return ellipse(x, y, radius, radius)


def _mask(shape: Values) -> Area:
    return partial(_packed, shape["mask"], shape["points"][0])


def _packed(data: str, corner: tuple[float, float], _: Size) -> Bitmap:
    return Bitmap(packed_mask(base64.b64decode(data)), round(corner[0]), round(corner[1]))


_AREAS: Final[dict[str, Callable[[Values], Area]]] = {
    "polygon": _polygon,
    "rectangle": _rectangle,
    "circle": _circle,
    "mask": _mask,
}
