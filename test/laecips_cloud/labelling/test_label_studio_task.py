import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from laecips_cloud.annotations import label_studio
from laecips_cloud.annotations.shapes import paint
from laecips_cloud.labelling.guess import Guess
from laecips_cloud.labelling.label_studio_task import CONFIG, TASKS, write
from laecips_cloud.labelling.regions import regions_of

CLASSES = ("background", "scratch", "dent & nick")


def test_a_submitted_first_guess_is_read_back_bit_for_bit(tmp_path: Path) -> None:
    folder = tmp_path / "task 1"
    folder.mkdir()
    label_map = np.random.default_rng(0).choice([0, 1, 2, 255], (9, 14)).astype(np.uint8)
    guesses = [
        Guess("bot%2F1.jpg", "bot/1", (9, 14), regions_of(label_map, background=0)),
        Guess("b.png", "b", (9, 14), []),
    ]
    write(folder, guesses, CLASSES)
    tasks = json.loads((folder / TASKS).read_text())
    assert [task["data"] for task in tasks] == [
        {"image": "/data/local-files/?d=task%201/images/bot%252F1.jpg", "request_id": "bot/1"},
        {"image": "/data/local-files/?d=task%201/images/b.png", "request_id": "b"},
    ]
    # Nothing is an annotation before a person submits it, which copies the prediction's results.
    (untouched, _) = label_studio.read(folder / TASKS).pictures()
    assert untouched.shapes == []
    for task in tasks:
        task["annotations"] = task.pop("predictions")
    (folder / TASKS).write_text(json.dumps(tasks))
    (annotated, _) = label_studio.read(folder / TASKS).pictures()
    assert annotated.picture == "task 1/images/bot%2F1.jpg"
    painted = np.full((9, 14), -1, np.int16)
    for category, area in annotated.shapes:
        paint(painted, area((9, 14)), CLASSES.index(category))
    np.testing.assert_array_equal(np.where(painted < 0, 255, painted), label_map)


def test_the_labels_are_those_of_the_results(tmp_path: Path) -> None:
    label_map = np.full((2, 2), 2, np.uint8)
    write(tmp_path, [Guess("a.jpg", "a", (2, 2), regions_of(label_map))], CLASSES)
    view = ElementTree.parse(tmp_path / CONFIG).getroot()
    assert [label.get("value") for label in view.iter("Label")] == list(CLASSES)
    (task,) = json.loads((tmp_path / TASKS).read_text())
    (result,) = task["predictions"][0]["result"]
    brush, image = view.find("BrushLabels"), view.find("Image")
    assert brush is not None
    assert image is not None
    assert (result["from_name"], result["to_name"]) == (brush.get("name"), brush.get("toName"))
    assert image.get("name") == result["to_name"]
    assert image.get("value") == "$image"
    assert result["value"]["brushlabels"] == ["dent & nick"]
