"""Formats of annotations by name: the one place that knows which there are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from laecips_cloud.annotations import (
    ade20k,
    cityscapes,
    coco,
    cvat,
    label_studio,
    labelme,
    pascal_voc,
    supervisely,
    yolo,
)
from laecips_cloud.annotations.shapes import Annotations

FORMATS: Final[dict[str, Callable[[Path], Annotations]]] = {
    "ade20k": ade20k.read,
    "cityscapes": cityscapes.read,
    "coco": coco.read,
    "cvat": cvat.read,
    "label-studio": label_studio.read,
    "labelme": labelme.read,
    "supervisely": supervisely.read,
    "voc": pascal_voc.read,
    "yolo": yolo.read,
}
"""Name -> how to read it from a file or folder."""
