"""Label maps as COCO annotations: the regions of each class as run lengths.

Run lengths say which pixels belong to a region. Polygons do not: COCO's have no holes, and programs
differ in whether a corner is a pixel's centre or its edge, so that a label map that nobody changed
would come back as another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.annotations.rle import runs_of
from laecips_cloud.labelling.regions import GuessedRegion, regions_of


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
        """Add a frame and the regions of its labels; they do not overlap.

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
        for region in regions_of(label_map):
            number = len(self.content["annotations"]) + 1
            about_it = {"id": number, "image_id": image["id"]}
            self.content["annotations"].append(about_it | _annotation(region, (height, width)))


def _annotation(region: GuessedRegion, size: tuple[int, int]) -> dict[str, Any]:
    label, mask, left, top = region
    height, width = mask.shape
    whole = np.zeros(size, bool, order="F")
    whole[top : top + height, left : left + width] = mask
    return {
        "category_id": label + 1,
        # Plain numbers and iscrowd, as in COCO's own files: programs tell the form by them.
        "segmentation": {"counts": runs_of(whole, by_column=True), "size": list(size)},
        "iscrowd": 1,
        "area": int(mask.sum()),
        "bbox": [left, top, width, height],
    }
