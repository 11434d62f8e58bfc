"""CVAT for images 1.1: an XML of images with polygons, masks, boxes and ellipses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from laecips_cloud.annotations.documents import documents, split_of
from laecips_cloud.annotations.rle import runs_area
from laecips_cloud.annotations.shapes import (
    AnnotatedPicture,
    Annotations,
    Area,
    Shape,
    box,
    ellipse,
    polygon,
)
from laecips_cloud.training.data.errors import DatasetError

Node = ElementTree.Element


def read(source: Path) -> Annotations:
    """Read annotations.xml, or every such file of a folder.

    Raises:
        DatasetError: there is none, or one is no such file.
    """
    roots = {path: _parsed(path) for path in documents(source, "**/*.xml", what="CVAT file")}
    names = dict.fromkeys(
        label.findtext("name", "")
        for root in roots.values()
        for label in root.iterfind("meta//labels/label")
    )

    def pictures() -> Iterator[AnnotatedPicture]:
        for path, root in roots.items():
            yield from parse(root, near=str(path.parent))

    return Annotations(categories=tuple(names), pictures=pictures)


def parse(root: Node, *, near: str) -> Iterator[AnnotatedPicture]:
    """Return the pictures of one document, shapes in the order of their depth."""
    for image in root.iterfind("image"):
        nodes = sorted(image, key=lambda node: int(node.get("z_order", "0")))
        yield AnnotatedPicture(
            picture=image.get("name", ""),
            shapes=[
                Shape(node.get("label", ""), _AREAS[node.tag](node))
                for node in nodes
                if node.tag in _AREAS
            ],
            size=(int(image.get("height", "0")), int(image.get("width", "0"))),
            split=split_of(image.get("subset", "")),
            near=near,
            no_areas=[
                f"shapes of the kind {node.tag}"
                for node in nodes
                if node.tag not in _AREAS and node.tag not in ("tag", "attribute")
            ],
        )


def _parsed(path: Path) -> Node:
    try:
        root = ElementTree.parse(path).getroot()  # noqa: S314 (expat bounds what entities grow to)
    except (ElementTree.ParseError, OSError) as error:
        raise DatasetError(f"{path}: not XML ({error})") from error
    if root.tag != "annotations" or root.find("track") is not None:
        raise DatasetError(f"{path}: no CVAT file of images; export `CVAT for images 1.1`")
    return root


def _numbers(node: Node, *keys: str) -> list[float]:
    return [float(node.get(key, "nan")) for key in keys]


def _polygon(node: Node) -> Area:
    points = node.get("points", "").replace(";", ",").split(",")
    return polygon([float(number) for number in points])


def _box(node: Node) -> Area:
    left, top, right, bottom = _numbers(node, "xtl", "ytl", "xbr", "ybr")
    return box(left, top, right, bottom, degrees=float(node.get("rotation", "0")))


def _ellipse(node: Node) -> Area:
    x, y, radius_x, radius_y = _numbers(node, "cx", "cy", "rx", "ry")
    return ellipse(x, y, radius_x, radius_y, degrees=float(node.get("rotation", "0")))


def _mask(node: Node) -> Area:
    runs = [int(run) for run in node.get("rle", "").split(",")]
    left, top, width, height = map(int, _numbers(node, "left", "top", "width", "height"))
    return runs_area(runs, (height, width), left=left, top=top)


_AREAS: Final[dict[str, Callable[[Node], Area]]] = {
    "polygon": _polygon,
    "box": _box,
    "ellipse": _ellipse,
    "mask": _mask,
}
