"""A first guess for CVAT, as `CVAT for images 1.1`, which CVAT exports again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from laecips_cloud.annotations.rle import runs_of
from laecips_cloud.labelling.colours import colour_of
from laecips_cloud.labelling.guess import Guess
from laecips_cloud.labelling.regions import GuessedRegion

ANNOTATIONS: Final = "annotations.xml"
LABELS: Final = "labels.json"

NEXT: Final = (
    "in CVAT: make a task, paste labels.json under Raw, upload images/, then Upload annotations: "
    "CVAT 1.1 with annotations.xml; export it as `CVAT for images 1.1`"
)


def write(folder: Path, guesses: Iterable[Guess], classes: Sequence[str]) -> None:
    """Write annotations.xml and labels.json, the labels for CVAT's constructor.

    Args:
        folder: the task's folder.
        guesses: the pictures with their first guess, in their order.
        classes: names, in the order of the labels.
    """
    labels = [{"name": name, "color": colour_of(i)} for i, name in enumerate(classes)]
    (folder / LABELS).write_text(json.dumps(labels, indent=1), encoding="utf-8")
    root = ElementTree.Element("annotations")
    ElementTree.SubElement(root, "version").text = "1.1"
    task = ElementTree.SubElement(ElementTree.SubElement(root, "meta"), "task")
    listed = ElementTree.SubElement(task, "labels")
    for label in labels:
        node = ElementTree.SubElement(listed, "label")
        for key in ("name", "color"):
            ElementTree.SubElement(node, key).text = label[key]
    for number, guess in enumerate(guesses):
        height, width = guess.size
        image = ElementTree.SubElement(
            root,
            "image",
            {
                "id": str(number),
                "name": guess.picture,
                "width": str(width),
                "height": str(height),
            },
        )
        for order, region in enumerate(guess.regions):
            ElementTree.SubElement(image, "mask", _mask(region, classes, order))
    ElementTree.ElementTree(root).write(
        folder / ANNOTATIONS, encoding="utf-8", xml_declaration=True
    )


def _mask(region: GuessedRegion, classes: Sequence[str], order: int) -> dict[str, str]:
    height, width = region.mask.shape
    return {
        "label": classes[region.label],
        "source": "auto",
        "occluded": "0",
        "rle": ", ".join(map(str, runs_of(region.mask))),
        "left": str(region.left),
        "top": str(region.top),
        "width": str(width),
        "height": str(height),
        "z_order": str(order),
    }
