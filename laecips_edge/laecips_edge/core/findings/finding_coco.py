"""Findings as COCO annotations, for labelling tools: one image for each picture of a finding.

The frames themselves are not kept, so that the images are the kept pictures. Box and outline are
those in the picture; the image's entry says where in which frame it lies.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from laecips_edge.core.findings.finding_archive import KeptFinding


def to_coco(findings: Iterable[KeptFinding], *, beside: Path) -> dict[str, Any]:
    """Return the JSON object of COCO's instance annotations.

    Args:
        findings: the findings; those without a picture are left out.
        beside: folder of the JSON file: names of pictures are relative to it.
    """
    shown = [(one, one.picture) for one in findings if one.picture is not None]
    labels = {one.finding.label: one.finding.class_name for one, _ in shown}
    images, annotations = [], []
    for number, (one, picture) in enumerate(shown, start=1):
        left, top, width, height = picture.crop_box
        images.append(
            {
                "id": number,
                "file_name": os.path.relpath(picture.path, beside),
                "width": width,
                "height": height,
                "frame": {
                    "stamp_ns": picture.stamp_ns,
                    "frame_id": one.frame_id,
                    "height": one.frame_size[0],
                    "width": one.frame_size[1],
                    "crop_box": list(picture.crop_box),
                },
            }
        )
        x, y, *sides = picture.box
        outline = [side for at in picture.contour for side in (at[0] - left, at[1] - top)]
        annotations.append(
            {
                "id": one.finding.id,
                "image_id": number,
                "category_id": one.finding.label + 1,
                "iscrowd": 0,
                "area": picture.area,
                "bbox": [x - left, y - top, *sides],
                # COCO's polygons have three corners at least.
                "segmentation": [outline] if len(outline) >= 6 else [],
            }
        )
    categories = [{"id": label + 1, "name": labels[label]} for label in sorted(labels)]
    return {"images": images, "annotations": annotations, "categories": categories}
