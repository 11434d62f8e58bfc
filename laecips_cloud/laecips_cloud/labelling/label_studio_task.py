"""A first guess for Label Studio: tasks with predictions, from which annotators start."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

import numpy as np

from laecips_cloud.annotations.rle import brush_of
from laecips_cloud.labelling.colours import colour_of
from laecips_cloud.labelling.guess import Guess
from laecips_cloud.labelling.regions import GuessedRegion

TASKS: Final = "tasks.json"
CONFIG: Final = "label_config.xml"

NEXT: Final = (
    "in Label Studio, started with LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true and "
    "LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT the folder above this one: make a project with "
    "label_config.xml, add images/ as local storage, import tasks.json; export it as JSON"
)


def write(folder: Path, guesses: Iterable[Guess], classes: Sequence[str]) -> None:
    """Write tasks.json and label_config.xml.

    Args:
        folder: the task's folder; Label Studio serves pictures from the folder above it.
        guesses: the pictures with their first guess, in their order.
        classes: names, in the order of the labels.
    """
    tasks = [_task(guess, folder.name, classes) for guess in guesses]
    (folder / TASKS).write_text(json.dumps(tasks), encoding="utf-8")
    labels = "".join(
        f"\n    <Label value={quoteattr(name)} background={quoteattr(colour_of(number))}/>"
        for number, name in enumerate(classes)
    )
    config = (
        '<View>\n  <Image name="image" value="$image" zoom="true"/>\n'
        f'  <BrushLabels name="label" toName="image">{labels}\n  </BrushLabels>\n</View>\n'
    )
    (folder / CONFIG).write_text(config, encoding="utf-8")


def _task(guess: Guess, folder: str, classes: Sequence[str]) -> dict[str, Any]:
    place = quote(f"{folder}/images/{guess.picture}")
    results = [
        _result(number, region, guess, classes) for number, region in enumerate(guess.regions)
    ]
    return {
        "data": {"image": f"/data/local-files/?d={place}", "request_id": guess.request_id},
        "predictions": [{"model_version": "F", "result": results}],
    }


def _result(
    number: int, region: GuessedRegion, guess: Guess, classes: Sequence[str]
) -> dict[str, Any]:
    height, width = guess.size
    whole = np.zeros(guess.size, bool)
    rows, columns = region.mask.shape
    whole[region.top : region.top + rows, region.left : region.left + columns] = region.mask
    return {
        "id": f"region{number}",
        "from_name": "label",
        "to_name": "image",
        "type": "brushlabels",
        "original_width": width,
        "original_height": height,
        "image_rotation": 0,
        "value": {
            "format": "rle",
            "rle": brush_of(whole),
            "brushlabels": [classes[region.label]],
        },
    }
