"""Label maps as COCO annotations: each label's connected regions as polygons, for labelling tools.

COCO's polygons have no holes: a region is filled, and the regions that lie in its holes come later
in the list, so that a tool draws them on top.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

_SMALLEST: Final = 16
"""Smallest area of a region in pixels: no person would draw a smaller one."""


class CocoWriter:
    """Collects images and their annotations.

    Args:
        classes: names, in the order of the labels; COCO's category is the label plus 1.

    Attributes:
        content: the JSON object of `annotations.json`.
    """

    def __init__(self, classes: Sequence[str]) -> None:
        categories = [{"id": i + 1, "name": name} for i, name in enumerate(classes)]
        self.content: dict[str, Any] = {"images": [], "annotations": [], "categories": categories}

    def add(self, file_name: str, label_map: NDArray[np.uint8], **about: Any) -> None:
        """Add a frame and the regions of its labels.

        Args:
            file_name: name of the picture's file.
            label_map: uint8 [H, W], class indices, 255 for no class.
            about: further fields of the image's entry.
        """
        height, width = label_map.shape
        image = {
            "id": len(self.content["images"]) + 1,
            "file_name": file_name,
            "width": width,
            "height": height,
            **about,
        }
        self.content["images"].append(image)
        regions = [
            region
            for label in range(len(self.content["categories"]))
            for region in _regions(label_map == label, label + 1)
        ]
        for region in sorted(regions, key=lambda region: -region["area"]):
            number = len(self.content["annotations"]) + 1
            about_it = {"id": number, "image_id": image["id"], "iscrowd": 0}
            self.content["annotations"].append(about_it | region)


def _regions(mask: NDArray[np.bool_], category: int) -> list[dict[str, Any]]:
    found = []
    outlines, _ = cv2.findContours(
        mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    for outline in outlines:
        left, top, width, height = cv2.boundingRect(outline)
        filled = np.zeros((height, width), np.uint8)
        cv2.drawContours(filled, [outline - [left, top]], -1, 1, cv2.FILLED)
        area = int(filled.sum())
        if area < _SMALLEST or len(outline) < 3:
            continue
        found.append(
            {
                "category_id": category,
                "segmentation": [[int(value) for value in outline.ravel()]],
                "area": area,
                "bbox": [left, top, width, height],
            }
        )
    return found
