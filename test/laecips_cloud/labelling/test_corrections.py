"""What people made of a task comes back, from every tool that may have been used."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from laecips_cloud.annotations.formats import FORMATS
from laecips_cloud.annotations.shapes import AnnotatedPicture, Annotations, Shape, box
from laecips_cloud.labelling.candidates import offered
from laecips_cloud.labelling.corrections import import_corrections
from laecips_cloud.labelling.selection import choose
from laecips_cloud.labelling.task import write_task
from laecips_cloud.replay_buffer.buffer import ReplayBuffer
from laecips_cloud.replay_buffer.importing import Imported
from laecips_edge.core.link import wire


def people_say(buffer: ReplayBuffer, request_id: str) -> np.ndarray | None:
    frame = buffer.find(request_id)
    assert frame is not None
    if not frame.human_label_map:
        return None
    return wire.decode_label_map(frame.human_label_map, None, len(buffer.classes()))


def cloud_says(buffer: ReplayBuffer, request_id: str) -> np.ndarray:
    frame = buffer.find(request_id)
    assert frame is not None
    return wire.decode_label_map(frame.label_map, None, len(buffer.classes()))


@pytest.fixture
def folder(buffer: ReplayBuffer, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    it = tmp_path / "task"
    chosen = choose(offered(buffer).candidates, 3, by="trust")
    write_task(buffer, chosen, it, tool=request.param, background="background")
    return it


@pytest.mark.parametrize("folder", ["cvat"], indirect=True)
def test_cvat_a_deleted_region_and_one_that_is_drawn(buffer: ReplayBuffer, folder: Path) -> None:
    path = folder / "annotations.xml"
    tree = ElementTree.parse(path)
    first, second, _ = tree.getroot().iterfind("image")
    (scratch,) = (mask for mask in first if mask.get("label") == "scratch")
    first.remove(scratch)
    drawn = {"label": "dent & nick", "occluded": "0", "points": "0,0;4,0;4,3;0,3", "z_order": "9"}
    ElementTree.SubElement(second, "polygon", drawn)
    tree.write(path)
    done = import_corrections(buffer, FORMATS["cvat"](path))
    assert done == Imported(taken=2, unchanged=1, strange=())
    cloud = cloud_says(buffer, "bot/0")
    np.testing.assert_array_equal(people_say(buffer, "bot/0"), np.where(cloud == 1, 0, cloud))
    expected = cloud_says(buffer, "bot/1").copy()
    expected[:3, :4] = 2
    np.testing.assert_array_equal(people_say(buffer, "bot/1"), expected)
    assert buffer.open_tasks() == {"task": 1}  # nobody touched the third
    assert import_corrections(buffer, FORMATS["cvat"](path)).unchanged == 3
    checked = import_corrections(buffer, FORMATS["cvat"](path), checked=True)
    assert (checked.taken, checked.unchanged) == (1, 2)
    np.testing.assert_array_equal(people_say(buffer, "bot/2"), cloud_says(buffer, "bot/2"))
    assert buffer.open_tasks() == {}


@pytest.mark.parametrize("folder", ["label-studio"], indirect=True)
def test_label_studio_what_was_submitted(buffer: ReplayBuffer, folder: Path) -> None:
    path = folder / "tasks.json"
    tasks = json.loads(path.read_text())
    for task in tasks[:2]:
        task["annotations"] = [{"result": task["predictions"][0]["result"]}]
    tasks[1]["data"]["image"] = "/data/upload/3/1a2b3c4d-bot%252F1.jpg"  # uploaded by hand
    tasks[2]["annotations"] = []
    path.write_text(json.dumps(tasks))
    done = import_corrections(buffer, FORMATS["label-studio"](path), checked=True)
    assert done == Imported(taken=2, unchanged=0, strange=(), empty=1)
    for name in ("bot/0", "bot/1"):
        np.testing.assert_array_equal(people_say(buffer, name), cloud_says(buffer, name))
    assert people_say(buffer, "bot/2") is None


def test_cvat_segmentation_masks(buffer: ReplayBuffer, tmp_path: Path) -> None:
    """`Segmentation mask 1.1`: colours, of which CVAT makes pixels without a shape background."""
    colours = {"background": (0, 0, 0), "scratch": (250, 50, 83), "dent & nick": (51, 221, 255)}
    lines = [f"{name}:{','.join(map(str, colour))}::" for name, colour in colours.items()]
    (tmp_path / "labelmap.txt").write_text("# label:color_rgb:parts:actions\n" + "\n".join(lines))
    said = np.zeros((30, 40), np.uint8)
    said[4:8, 3:30] = 2
    said[20:, :9] = 1
    masks = tmp_path / "SegmentationClass"
    masks.mkdir()
    cv2.imwrite(
        str(masks / "bot%2F3.png"), np.array([*colours.values()], np.uint8)[said][:, :, ::-1]
    )
    done = import_corrections(buffer, FORMATS["voc"](tmp_path))
    assert done.taken == 1
    np.testing.assert_array_equal(people_say(buffer, "bot/3"), said)


def drawn(category: str, **fields: object) -> Annotations:
    shapes = [Shape(category, box(0, 0, 4, 3))]
    common = {"picture": "images/bot%2F1.jpg", "shapes": shapes, "size": (30, 40)}
    picture = AnnotatedPicture(**common | fields)  # type: ignore[arg-type]
    return Annotations(categories=(category,), pictures=lambda: iter([picture]))


@pytest.mark.parametrize(("background", "rest"), [("", 255), ("scratch", 1)])
def test_pixels_without_a_shape(background: str, rest: int, buffer: ReplayBuffer) -> None:
    import_corrections(buffer, drawn("dent & nick"), background=background)
    expected = np.full((30, 40), rest, np.uint8)
    expected[:3, :4] = 2
    np.testing.assert_array_equal(people_say(buffer, "bot/1"), expected)


def test_a_picture_of_no_frame(buffer: ReplayBuffer) -> None:
    done = import_corrections(buffer, drawn("scratch", picture="holiday.jpg"))
    assert done == Imported(taken=0, unchanged=0, strange=("holiday.jpg",))


def _broken(_: object) -> None:
    raise ValueError("fewer than three corners")


@pytest.mark.parametrize(
    ("annotations", "background", "message"),
    [
        (
            drawn("scrtch"),
            "",
            "bot%2F1.jpg: has the class 'scrtch', the buffer background, scratch",
        ),
        (
            drawn("scratch", size=(40, 30)),
            "",
            "annotated as (40, 30) rows x columns, its frame has",
        ),
        (
            drawn("scratch", shapes=[Shape("scratch", _broken)]),
            "",
            "a shape of 'scratch' is none (few",
        ),
        (drawn("scratch"), "belt", "background 'belt' is no class: there are background, scratch"),
        (
            Annotations(categories=(), pictures=lambda: iter([{}["image"]])),
            "",
            "annotations are not as their format says (KeyError: 'image'); export them anew",
        ),
    ],
)
def test_what_is_wrong_changes_nothing(
    annotations: Annotations, background: str, message: str, buffer: ReplayBuffer
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        import_corrections(buffer, annotations, background=background)
    assert "\n" not in str(caught.value)
    assert buffer.human_labels() == (0, 0)
