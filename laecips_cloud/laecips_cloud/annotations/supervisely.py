"""Supervisely: a project of data sets, a JSON a picture; polygons with holes, bitmaps, boxes."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from laecips_cloud.annotations.documents import documents, read_json, require, split_of
from laecips_cloud.annotations.packed_masks import packed_mask
from laecips_cloud.annotations.shapes import (
    AnnotatedPicture,
    Annotations,
    Area,
    Bitmap,
    Shape,
    Size,
    box,
    polygons,
)

Values = Mapping[str, Any]

_MOST = 1 << 26  # bytes of a packed bitmap; more is a broken file


def read(source: Path) -> Annotations:
    """Read a project: meta.json, and DATASET/ann/PICTURE.json beside DATASET/img/PICTURE.

    Raises:
        DatasetError: there is none.
    """
    meta = read_json(source / "meta.json")
    require(meta, ("classes",), source / "meta.json", "Supervisely project")
    files = documents(source, "**/ann/*.json", what="Supervisely annotation")

    def pictures() -> Iterator[AnnotatedPicture]:
        for path in files:
            content = read_json(path)
            require(content, ("size", "objects"), path, "Supervisely annotation")
            dataset = path.parents[1]
            split = split_of(dataset.name)
            folder = "" if split else dataset.relative_to(source).as_posix()
            yield parse(content, path.name.removesuffix(".json"), folder, split, str(dataset))

    return Annotations(
        categories=tuple(str(kind["title"]) for kind in meta["classes"]), pictures=pictures
    )


def parse(content: Values, picture: str, folder: str, split: str, near: str) -> AnnotatedPicture:
    """Return the shapes of one picture of a data set."""
    shapes, others = [], []
    for thing in content["objects"]:
        kind = thing.get("geometryType", "")
        if kind in _AREAS:
            shapes.append(Shape(str(thing["classTitle"]), _AREAS[kind](thing)))
        else:
            others.append(f"shapes of the kind {kind}")
    name = Path(picture).stem
    return AnnotatedPicture(
        picture=f"img/{picture}",
        name=name if folder in ("", ".") else f"{folder}/{name}",
        shapes=shapes,
        size=(int(content["size"]["height"]), int(content["size"]["width"])),
        split=split,
        near=near,
        no_areas=others,
    )


def _polygon(thing: Values) -> Area:
    points = thing["points"]
    return polygons([[points["exterior"], *points.get("interior", ())]])


def _rectangle(thing: Values) -> Area:
    (x0, y0), (x1, y1) = thing["points"]["exterior"]
    # Corners are pixels: both belong to the box.
    return box(min(x0, x1), min(y0, y1), max(x0, x1) + 1, max(y0, y1) + 1)


def _bitmap(thing: Values) -> Area:
    return partial(_packed, thing["bitmap"]["data"], thing["bitmap"]["origin"])


def _packed(data: str, origin: tuple[int, int], _: Size) -> Bitmap:
    try:
        png = zlib.decompressobj().decompress(base64.b64decode(data), _MOST)
    except zlib.error as error:
        raise ValueError("a packed mask that cannot be unpacked") from error
    return Bitmap(packed_mask(png), int(origin[0]), int(origin[1]))


_AREAS: Final[dict[str, Callable[[Values], Area]]] = {
    "polygon": _polygon,
    "rectangle": _rectangle,
    "bitmap": _bitmap,
}
