"""COCO: one JSON of images, annotations and categories; polygons and run lengths.

Lin et al., "Microsoft COCO: Common Objects in Context", 2014, and its data format page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from laecips_cloud.annotations.documents import documents, read_json, require, split_of
from laecips_cloud.annotations.rle import coco_runs, runs_area
from laecips_cloud.annotations.shapes import (
    AnnotatedPicture,
    Annotations,
    Area,
    Bitmap,
    Shape,
    Size,
    polygons,
)

_KEYS = ("images", "annotations", "categories")


def read(source: Path) -> Annotations:
    """Read a COCO file, or all instance files of a folder; splits are told by their names.

    Raises:
        DatasetError: there is none, or one is no such file.
    """
    files = documents(source, "**/*.json", what="COCO file")
    files = [path for path in files if "instances" in path.name] or files
    contents = {path: read_json(path) for path in files}
    for path, content in contents.items():
        require(content, _KEYS, path, "COCO file of instances")
    # Of one list of categories, which every file of a data set repeats.
    names = dict.fromkeys(
        str(category["name"])
        for content in contents.values()
        for category in sorted(content["categories"], key=lambda each: int(each["id"]))
    )
    return Annotations(categories=tuple(names), pictures=lambda: _pictures(contents, source))


def _pictures(contents: Mapping[Path, Any], source: Path) -> Iterator[AnnotatedPicture]:
    for path, content in contents.items():
        around = "" if path.parent == source else path.parent.name
        split = split_of(path.stem) or split_of(around)
        yield from parse(content, split=split, near=str(path.parent))


def parse(content: Mapping[str, Any], *, split: str, near: str) -> Iterator[AnnotatedPicture]:
    """Return the pictures of one document; annotations without a picture come last, nameless."""
    names = {category["id"]: str(category["name"]) for category in content["categories"]}
    by_image = defaultdict(list)
    for annotation in content["annotations"]:
        by_image[annotation["image_id"]].append(annotation)
    for image in content["images"]:
        size = int(image["height"]), int(image["width"])
        shapes, others = [], []
        for annotation in by_image.pop(image["id"], ()):
            category = names.get(annotation["category_id"], f"id {annotation['category_id']}")
            segmentation = annotation.get("segmentation")
            if segmentation:
                shapes.append(Shape(category, _area(segmentation)))
            else:
                others.append("boxes without an outline")
        yield AnnotatedPicture(
            picture=str(image["file_name"]),
            shapes=shapes,
            size=size,
            split=split,
            near=near,
            no_areas=others,
        )
    for image_id, rest in by_image.items():
        yield AnnotatedPicture(
            picture=f"(image {image_id} of no entry, {len(rest)} shapes)", near=near
        )


def _area(segmentation: Any) -> Area:
    if isinstance(segmentation, list):
        return polygons([ring] for ring in segmentation)
    return partial(_of_runs, segmentation["counts"])


def _of_runs(counts: str | Sequence[int], size: Size) -> Bitmap:
    runs = coco_runs(counts) if isinstance(counts, str) else counts
    return runs_area(runs, size, by_column=True)(size)
