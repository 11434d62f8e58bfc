"""`laecips buffer`, as a person calls it."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from laecips_cloud.replay_buffer.buffer import ReplayBuffer
from laecips_cloud.replay_buffer.reader import ReplayReader
from laecips_cloud.replay_buffer.replay_frame import ReplayFrame
from laecips_cloud.training.online.lessons import lesson_of
from laecips_edge.cli import main
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image.image_messages import encode_jpeg
from laecips_edge.core.link import wire

CLASSES = ("belt", "part", "screw")
HOUR_NS = 3600 * 10**9
START_NS = 1_700_000_000 * 10**9 // HOUR_NS * HOUR_NS
NAMES = ["bot/0", "bot/1", "bot/2", ".hidden é", "long" * 60]


def label_of(number: int) -> np.ndarray:
    """Belt with a square part, and a stripe without a class: uint8 [30,40]."""
    label = np.zeros((30, 40), np.uint8)
    label[5 : 15 + number, 8:20] = 1
    label[28:] = 255
    return label


def frame(number: int) -> ReplayFrame:
    return ReplayFrame(
        request_id=NAMES[number],
        robot="bot" if number < 3 else "other",
        stamp_ns=number,
        received_ns=START_NS + number * HOUR_NS // 2,
        bundle_version=1 + number // 4,
        why="audit" if number == 1 else "hard",
        trust=0.25,
        picture=encode_jpeg(np.full((30, 40, 3), 90, np.uint8), 90),
        depth=b"",
        label_map=wire.encode_label_map(label_of(number)),
        confidence_map=wire.encode_confidence_map(np.full((30, 40), 102, np.uint8)),
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A buffer of five frames, one each half hour."""
    it = tmp_path / "replay.sqlite"
    buffer = ReplayBuffer(it, classes=CLASSES)
    for number in range(5):
        buffer.append(frame(number))
    buffer.close()
    return it


@pytest.fixture
def call(path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Calls the command; exit status and what it said."""

    def it(action: str, *arguments: object) -> tuple[int, str]:
        status = main(["buffer", action, str(path), *map(str, arguments)])
        said = capsys.readouterr()
        return status, said.out + said.err

    return it


def test_ls(call: Callable, path: Path) -> None:
    status, said = call("ls")
    assert status == 0
    lines = [line.split() for line in said.splitlines()]
    assert said.startswith(f"{path}: label maps of belt, part, screw\n")
    assert [line[1] for line in lines if line[0] == "all"] == ["5"]
    assert [line[3] for line in lines if line[0] == "from"] == ["2", "2", "1"]
    assert [line[1:3] for line in lines if line[0] == "robot"] == [["bot", "3"], ["other", "2"]]
    assert [line[2:4] for line in lines if line[0] == "sent"] == [["audit", "1"], ["hard", "4"]]
    assert [line[1:3] for line in lines if line[0] == "version"] == [["1", "4"], ["2", "1"]]
    assert said.splitlines()[-1].split()[-1] == "0"


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ([], [0, 1, 2, 3, 4]),
        (["--limit", 2], [3, 4]),
        (["--since", START_NS // 10**9 + 3600], [2, 3, 4]),
        (["--until", START_NS // 10**9 + 3600], [0, 1]),
        (["--since", START_NS // 10**9 + 3600, "--limit", 1], [4]),
    ],
)
def test_export(options: list, numbers: list[int], call: Callable, tmp_path: Path) -> None:
    options = [
        time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(o)) if type(o) is int and o > 9 else o
        for o in options
    ]
    folder = tmp_path / "out"
    assert call("export", folder, *options) == (0, f"{len(numbers)} frames in {folder}\n")
    content = json.loads((folder / "annotations.json").read_text())
    assert [image["request_id"] for image in content["images"]] == [NAMES[n] for n in numbers]
    assert [category["name"] for category in content["categories"]] == list(CLASSES)
    for image, number in zip(content["images"], numbers, strict=True):
        stem = Path(image["file_name"]).stem
        assert len(stem) < 200
        assert (folder / "images" / image["file_name"]).read_bytes() == frame(number).picture
        label = cv2.imread(str(folder / "labels" / f"{stem}.png"), cv2.IMREAD_UNCHANGED)
        np.testing.assert_array_equal(label, label_of(number))
        confidence = cv2.imread(str(folder / "confidence" / f"{stem}.png"), cv2.IMREAD_UNCHANGED)
        assert (confidence == 102).all()
        assert (image["width"], image["height"], image["labelled_by"]) == (40, 30, "cloud")


def test_annotations_that_nobody_changed_say_what_was_kept(
    call: Callable, path: Path, tmp_path: Path
) -> None:
    call("export", tmp_path)
    source = tmp_path / "annotations.json"
    assert call("import-labels", source, "--format", "coco")[1].startswith(
        "0 label maps taken in, 5 say what was kept already\n"
    )
    content = json.loads(source.read_text())
    content["annotations"] = [it for it in content["annotations"] if it["category_id"] != 2]
    source.write_text(json.dumps(content))
    assert call("import-labels", source, "--format", "coco")[1].startswith("5 label maps taken in")
    reader = ReplayReader(path)
    label_map = wire.decode_label_map(reader.find("bot/0").human_label_map, None, 3)
    reader.close()
    np.testing.assert_array_equal(label_map, np.where(label_of(0) == 1, 255, label_of(0)))


def test_labels_of_people_come_back_and_outrank_the_cloud(
    call: Callable, path: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    call("export", folder)
    mended = np.where(label_of(0) == 1, 2, 255).astype(np.uint8)
    cv2.imwrite(str(folder / "labels" / "bot%2F0.png"), mended)
    cv2.imwrite(str(folder / "labels" / "of nobody.png"), mended)
    assert call("import-labels", folder) == (
        0,
        "1 label maps taken in, 4 say what was kept already\n"
        "have people looked at those too, give --checked: then they are labels of people\n"
        "1 belong to no frame here, of nobody.png for one\n",
    )
    reader = ReplayReader(path)
    kept, other = reader.find("bot/0"), reader.find("bot/1")
    reader.close()
    assert kept is not None
    assert kept.label_map == frame(0).label_map  # what the robot was answered
    np.testing.assert_array_equal(lesson_of(kept, classes=3).label, mended)
    assert other == frame(1)
    assert (lesson_of(other, classes=3).label == 255).all()  # the cloud was not sure
    assert call("import-labels", folder / "labels")[1].startswith("0 label maps taken in, 5 say")
    assert call("ls")[1].splitlines()[-1].split()[-1] == "1"
    assert call("import-labels", folder, "--checked")[1].startswith(
        "4 label maps taken in, 1 say what was kept already\n1 belong to no frame here"
    )
    call("export", tmp_path / "again")
    exported = cv2.imread(str(tmp_path / "again/labels/bot%2F0.png"), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(exported, mended)
    content = json.loads((tmp_path / "again/annotations.json").read_text())
    assert [image["labelled_by"] for image in content["images"]] == ["person"] * 5


@pytest.mark.parametrize(
    ("label", "message"),
    [
        (np.zeros((3, 4), np.uint8), "is 3 x 4, must be 30 x 40 rows x columns"),
        (np.full((30, 40), 3, np.uint8), "label 3 of 3 classes"),
        (np.zeros((30, 40, 3), np.uint8), "must be one channel of uint8"),
    ],
)
def test_bad_labels_change_nothing(
    label: np.ndarray, message: str, call: Callable, path: Path, tmp_path: Path
) -> None:
    cv2.imwrite(str(tmp_path / "bot%2F0.png"), np.full((30, 40), 2, np.uint8))
    cv2.imwrite(str(tmp_path / "bot%2F1.png"), label)
    status, said = call("import-labels", tmp_path)
    assert status == 2
    assert said.startswith(f"laecips buffer: {tmp_path / 'bot%2F1.png'}: ")
    assert message in said
    assert said.endswith("; nothing was imported\n")
    reader = ReplayReader(path)
    assert reader.human_labels() == (0, 0)
    reader.close()


@pytest.mark.parametrize("tool", ["cvat", "label-studio"])
def test_a_task_from_its_choice_to_the_labels(
    tool: str, call: Callable, path: Path, tmp_path: Path
) -> None:
    task = tmp_path / "monday"
    status, said = call("label", "--task", tool, "--count", 2, "-o", task)
    assert status == 0
    assert said.startswith(f"{task}: 2 of 5 frames; frames.csv says why\nnext, in ")
    assert said.endswith(f"then: laecips buffer import-labels {path} EXPORT --format {tool}\n")
    assert "to be labelled in monday" in call("ls")[1]
    status, said = call("label", "--task", tool, "-o", tmp_path / "tuesday")
    assert said.startswith(f"{tmp_path / 'tuesday'}: 3 of 3 frames")
    status, said = call("label", "--task", tool, "-o", tmp_path / "friday")
    assert (status, said) == (
        2,
        f"laecips buffer: {path}: no frame to label: 5 are labelled or in a task; wait for more, "
        "or close a task by `laecips buffer close-task`\n",
    )
    assert call("close-task", "tuesday") == (0, "3 frames of tuesday may be offered again\n")
    if tool == "label-studio":
        tasks = json.loads((task / "tasks.json").read_text())
        tasks[0]["annotations"] = tasks[0]["predictions"]
        (task / "tasks.json").write_text(json.dumps(tasks))
        assert call("import-labels", task, "--format", tool) == (
            0,
            "1 label maps taken in, 0 say what was kept already\n"
            "1 are not labelled yet, and stay in their task\n",
        )
        assert call("ls")[1].splitlines()[-3].split()[-1] == "1"
    else:
        assert call("import-labels", task, "--format", tool) == (
            0,
            "0 label maps taken in, 2 say what was kept already\n"
            "have people looked at those too, give --checked: then they are labels of people\n",
        )
        assert call("import-labels", task, "--format", tool, "--checked")[1].startswith("2 label")
        assert "monday" not in call("ls")[1]


def test_the_robots_pair_is_asked(
    call: Callable, path: Path, tmp_path: Path, tiny_bundle: Bundle
) -> None:
    status, said = call(
        "label", "--task", "cvat", "-o", tmp_path / "t", "--bundle", tiny_bundle.path
    )
    assert status == 2
    assert "classes" in said  # of another buffer
    other = tmp_path / "other.sqlite"
    buffer = ReplayBuffer(other, classes=tiny_bundle.manifest.classes)
    for number in range(3):
        buffer.append(frame(number))
    buffer.close()
    options = ["--task", "cvat", "-o", str(tmp_path / "t"), "--bundle", str(tiny_bundle.path)]
    assert main(["buffer", "label", str(other), *options, "--by", "disagreement"]) == 0
    table = (tmp_path / "t" / "frames.csv").read_text()
    assert "f and F disagree on " in table


def test_prune_may_keep_what_people_labelled(call: Callable, path: Path) -> None:
    buffer = ReplayBuffer(path, classes=CLASSES)
    buffer.keep_human_labels({"bot/0": wire.encode_label_map(label_of(0))})
    buffer.close()
    assert call("prune", "--older-than", 0, "--keep-labelled") == (
        0,
        "4 frames forgotten, 1 are kept\n",
    )
    assert call("prune", "--older-than", 0)[1] == "1 frames forgotten, 0 are kept\n"


def test_prune(call: Callable) -> None:
    days = (time.time_ns() - START_NS - HOUR_NS * 3 // 4) / HOUR_NS / 24
    assert call("prune", "--older-than", days) == (0, "2 frames forgotten, 3 are kept\n")
    assert call("prune", "--older-than", days) == (0, "0 frames forgotten, 3 are kept\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ls", "--block", "0"], "--block is 0.0: give seconds above 0"),
        (["export", "{}/out", "--limit", "0"], "--limit is 0: give at least 1"),
        (
            ["import-labels", "{}/nowhere"],
            "nowhere: has no PNG files; give the folder of the label",
        ),
        (
            ["label", "--task", "cvat", "-o", "{}/t", "--count", "0"],
            "--count is 0: give at least 1",
        ),
        (
            ["label", "--task", "cvat", "-o", "{}/t", "--by", "disagreement"],
            "--by disagreement needs f: give the robots' --bundle",
        ),
        (["close-task", "monday"], "no task 'monday' is open; open are: none"),
        (["import-labels", "{}", "--format", "cvat"], "no CVAT file (**/*.xml) there"),
        (["prune", "--older-than", "-1"], "--older-than is -1.0: give days, 0 or more"),
    ],
)
def test_what_is_wrong_is_one_line(
    arguments: list[str], message: str, call: Callable, tmp_path: Path
) -> None:
    action, *rest = [text.format(tmp_path) for text in arguments]
    status, said = call(action, *rest)
    assert status == 2
    assert message in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("action", [["ls"], ["export", "x"], ["prune", "--older-than", "1"]])
def test_a_file_that_is_not_there_is_not_made(
    action: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "nowhere.sqlite"
    name, *rest = action
    assert main(["buffer", name, str(path), *rest]) == 2
    assert "unable to open database file" in capsys.readouterr().err
    assert not path.exists()


def test_a_time_that_is_none(call: Callable, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call("export", "x", "--since", "yesterday")
    assert "'yesterday' is no time: write 2026-05-01" in capsys.readouterr().err
