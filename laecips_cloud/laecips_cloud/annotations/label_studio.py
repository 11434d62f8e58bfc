"""Label Studio's JSON export: tasks with brushes, polygons, rectangles and ellipses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np

from laecips_cloud.annotations.documents import documents, read_json
from laecips_cloud.annotations.rle import brush_area
from laecips_cloud.annotations.shapes import (
    AnnotatedPicture,
    Annotations,
    Area,
    Shape,
    Size,
    ellipse,
    polygon,
    turned,
)
from laecips_cloud.training.data.errors import DatasetError

Values = Mapping[str, Any]

_UPLOADS: Final = "data/upload/"  # below it names are unique


def read(source: Path) -> Annotations:
    """Read an export, or every JSON of a folder.

    Raises:
        DatasetError: there is none, or one is no such export.
    """
    tasks: list[tuple[Values, str]] = []
    for path in documents(source, "**/*.json", what="Label Studio export"):
        content = read_json(path)
        if not isinstance(content, list) or not all("data" in task for task in content):
            raise DatasetError(f"{path}: no Label Studio export; export as JSON, not JSON-MIN")
        tasks += [(task, str(path.parent)) for task in content]
    names = {shape.category for task, near in tasks for shape in parse(task, near=near).shapes}
    return Annotations(
        categories=tuple(sorted(names)),
        pictures=lambda: (parse(task, near=near) for task, near in tasks),
    )


def parse(task: Values, *, near: str) -> AnnotatedPicture:
    """Return the picture of a task; of its annotations the first that was not cancelled counts."""
    done = [each for each in task.get("annotations", ()) if not each.get("was_cancelled")]
    results = done[0]["result"] if done else []
    shapes, others, size = [], ["further annotations of one picture"] * (len(done) - 1), None
    for result in results:
        kind, value = result.get("type", ""), result.get("value", {})
        labels = value.get(kind, ())
        if not kind.endswith("labels"):
            continue  # a choice, a rating, a text: no shape
        if kind not in _AREAS or not labels or result.get("image_rotation"):
            others.append(f"shapes of the kind {kind}, on a turned picture or without a label")
            continue
        size = int(result["original_height"]), int(result["original_width"])
        shapes.append(Shape(str(labels[0]), _AREAS[kind](value, size)))
    picture = path_of(task["data"])
    return AnnotatedPicture(
        picture=picture,
        name=PurePosixPath(picture).stem if picture.startswith(_UPLOADS) else "",
        shapes=shapes,
        size=size,
        near=near,
        no_areas=others,
    )


def path_of(data: Values) -> str:
    """Return where the picture of a task lies, from the address under `image` or the only one."""
    address = str(data.get("image") or next(iter(data.values()), ""))
    parts = urlsplit(address)
    local = parse_qs(parts.query).get("d")
    return local[0] if local else unquote(parts.path).lstrip("/")


def _scaled(points: Any, size: Size) -> np.ndarray:
    """Return points [N, 2] in pixels, of per cent of width and height."""
    return np.asarray(points, np.float64) * np.array([size[1], size[0]]) / 100


def _polygon(value: Values, size: Size) -> Area:
    return polygon(_scaled(value["points"], size))


def _rectangle(value: Values, size: Size) -> Area:
    left, top = value["x"], value["y"]
    right, bottom = left + value["width"], top + value["height"]
    ring = _scaled([[left, top], [right, top], [right, bottom], [left, bottom]], size)
    return polygon(turned(ring, value.get("rotation", 0), ring[0]))


def _ellipse(value: Values, size: Size) -> Area:
    (x, y), (radius_x, radius_y) = _scaled(
        [[value["x"], value["y"]], [value["radiusX"], value["radiusY"]]], size
    )
    return ellipse(x, y, radius_x, radius_y, degrees=value.get("rotation", 0))


def _brush(value: Values, size: Size) -> Area:
    data: Sequence[int] = value["rle"]
    return brush_area(data, size)


_AREAS: Final[dict[str, Callable[[Values, Size], Area]]] = {
    "polygonlabels": _polygon,
    "rectanglelabels": _rectangle,
    "ellipselabels": _ellipse,
    "brushlabels": _brush,
}
