"""Annotations of other tools, each format in a module of its own, as areas on pictures."""

FORMAT_NAMES = (
    "ade20k",
    "cityscapes",
    "coco",
    "cvat",
    "label-studio",
    "labelme",
    "supervisely",
    "voc",
    "yolo",
)
"""Light to import, for command lines; `formats` reads them."""
