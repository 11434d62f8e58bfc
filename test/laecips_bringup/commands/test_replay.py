"""Options of `laecips replay`: what goes together, and what each of them changes."""

import argparse
import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from laecips_bringup.commands.replay import source_of
from laecips_bringup.graph import graph
from laecips_bringup.graph.installed_files import shipped_bundle, usual_engine
from laecips_cloud.training.data.frame_folder import FrameFolder
from laecips_edge.cli import main
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image.codecs import encode_jpeg
from laecips_eval.bags import BagWriter, Legend
from laecips_eval.datasets import source_frames
from laecips_eval.shipped_models import shipped_teacher


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    """Two pictures without truth."""
    path = tmp_path / "bag"
    rng = np.random.default_rng(4)
    with BagWriter(path, legend=Legend(), rate_hz=10) as writer:
        for _ in range(2):
            writer.add(encode_jpeg(rng.integers(0, 256, (96, 128, 3), np.uint8), 90), None)
    return path


@pytest.mark.parametrize("offline", [["--offline"], []], ids=["offline", "live"])
def test_a_teacher_that_is_not_there_is_told_before_anything_starts(
    bag: Path,
    tiny_bundle: Bundle,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    offline: list[str],
) -> None:
    out, nowhere = tmp_path / "out", tmp_path / "nowhere"
    options = ["--bundle", str(tiny_bundle.path), "--out", str(out), *offline]
    assert main(["replay", str(bag), *options, "--teacher", str(nowhere)]) == 2
    said = capsys.readouterr()
    assert f"laecips replay: teacher {nowhere}: not there; give a folder that" in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""
    assert not out.exists()


def test_a_teacher_for_other_classes(
    bag: Path, tiny_bundle: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--bundle", str(tiny_bundle.path), "--out", str(tmp_path / "out"), "--offline"]
    assert main(["replay", str(bag), *options, "--teacher", str(shipped_teacher())]) == 2
    error = capsys.readouterr().err
    assert error.startswith("laecips replay: class scorer onnx: class table ")
    assert error.count("\n") == 1


@pytest.mark.parametrize("asked", ["", "none", "teacher"])
def test_which_teacher_an_offline_replay_asks(
    bag: Path, tiny_bundle: Bundle, tiny_teacher: Path, tmp_path: Path, asked: str
) -> None:
    out = tmp_path / "out"
    options = ["--bundle", str(tiny_bundle.path), "--out", str(out), "--policy", "cloud"]
    teacher = str(tiny_teacher) if asked == "teacher" else asked
    if teacher:
        options += ["--teacher", teacher]
    assert main(["replay", str(bag), *options, "--offline"]) == 0
    report = json.loads((out / "offline.json").read_text(encoding="utf-8"))
    # Nothing is asked by itself with a bundle that is not the shipped one.
    engine = usual_engine()
    expected = graph.asking(teacher, engine=engine) if asked == "teacher" else {}
    assert report["setup"]["parameters"]["cloud"] == {"engine": engine} | expected
    assert report["setup"]["engine"] == engine


@pytest.mark.parametrize("offline", [["--offline"], []], ids=["offline", "live"])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--source", "/frames"], "--source /frames: frames for the trainer; say --train too"),
        (
            ["--train"],
            "--train with {bundle}: give its labelled source frames with --source, the promotion "
            "gate is held on some of them",
        ),
    ],
)
def test_what_learning_needs_is_told_before_anything_starts(
    bag: Path,
    tiny_bundle: Bundle,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    offline: list[str],
    options: list[str],
    message: str,
) -> None:
    given = ["--bundle", str(tiny_bundle.path), "--out", str(tmp_path / "out"), *offline]
    assert main(["replay", str(bag), *given, *options]) == 2
    said = capsys.readouterr()
    assert said.err == f"laecips replay: {message.format(bundle=tiny_bundle.path)}\n"
    assert said.out == ""
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--offline", "--link", "4mbit"],
            "--link 4mbit: without ROS only what is learnt comes over a link: say --train too",
        ),
        (
            ["--link", "4mbit", "--cut", "15-20", "--cut", "10-15"],
            "--cut: two ranges overlap or touch: give one for both",
        ),
        (
            ["--offline", "--link", "4mbit", "--train", "--cut", "1-2"],
            "--cut: without ROS no link is cut",
        ),
        (["--offline", "--rate", "2"], "--rate 2: without ROS frames have no rate; leave it out"),
        (["--offline", "--train-takes", "20"], "--train-takes goes with --offline and --train"),
        (["--train", "--train-takes", "20"], "--train-takes goes with --offline and --train"),
    ],
)
def test_an_option_without_effect_is_refused(
    bag: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    message: str,
) -> None:
    source = ["--source", str(tmp_path)] if "--train" in options else []
    assert main(["replay", str(bag), "--out", str(tmp_path / "out"), *source, *options]) == 2
    assert capsys.readouterr().err == f"laecips replay: {message}\n"


@pytest.mark.parametrize("offline", [["--offline"], []], ids=["offline", "live"])
def test_a_bag_that_is_not_there_is_told_before_source_frames_are_drawn(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    offline: list[str],
) -> None:
    monkeypatch.setattr(source_frames, "ensure_source", pytest.fail)
    options = ["--train", *offline, "--out", str(tmp_path / "out")]
    assert main(["replay", str(tmp_path / "nowhere"), *options]) == 2
    message = f"there is no bag {tmp_path / 'nowhere'}: name the folder or the file of one"
    assert capsys.readouterr().err == f"laecips replay: {message}\n"


def test_source_frames_of_the_shipped_bundle_are_drawn_and_given_ones_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_bundle: Bundle
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    few = partial(source_frames.ensure_source, learnt=1, held_out=1)
    monkeypatch.setattr(source_frames, "ensure_source", few)
    drawn = tmp_path / "laecips/source/inspection-source-1-1"
    for bundle in (None, shipped_bundle()):
        assert source_of(argparse.Namespace(bundle=bundle, source=None)) == drawn
    assert len(FrameFolder(drawn)) == 2
    given = argparse.Namespace(bundle=tiny_bundle.path, source=tmp_path / "mine")
    assert source_of(given) == tmp_path / "mine"
