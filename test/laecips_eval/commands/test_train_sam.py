"""`laecips train-sam` trains, is stopped and goes on, and refuses what cannot be."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from laecips_cloud.mask_generators.sam_checkpoint import load_sam
from laecips_cloud.mask_generators.sam_onnx import SamOnnxMaskGenerator
from laecips_edge.cli import main

QUICK = ["--frames", "2", "--exam-frames", "1", "--pictures", "1", "--prompts", "2"]


@pytest.mark.system
def test_ctrl_c_keeps_what_was_learnt_and_the_same_command_goes_on(tmp_path: Path) -> None:
    out, page = tmp_path / "sam", tmp_path / "docs" / "page.md"
    options = [*QUICK, "--steps", "1000000", "--exam-every", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "laecips_edge.cli", "train-sam", out, *options],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "step 1, 2 prompts: loss" in line:
            process.send_signal(signal.SIGINT)
            break
    rest = process.stdout.read()
    assert process.wait(timeout=120) == 130
    assert "stopped; the same command with --resume goes on" in rest
    assert {path.name for path in out.iterdir()} == {"recipe.json", "state.pth", "curve.csv"}
    # The time is over at once: no more steps, what there is is written and judged.
    options += ["--resume", "--minutes", "0.000001", "--page", str(page)]
    done = subprocess.run(
        [sys.executable, "-m", "laecips_edge.cli", "train-sam", out, *options],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "goes on after step" in done.stdout
    assert "NO   mean best IoU above graph's" in done.stdout
    assert "verdict: keep graph" in done.stdout
    assert load_sam(out / "small_sam.pth").image_encoder.img_size == 256
    assert (out / "small_sam.pth").stat().st_size < 10e6
    SamOnnxMaskGenerator(model=str(out / "onnx"), chosen_points=2)
    assert json.loads((out / "verdict.json").read_text())["ship"] is False
    assert "`graph` stays the default" in page.read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--steps", "0"], "training of a small SAM: steps is 0: out of range"),
        (["--minutes", "-1"], "minutes is -1.0: out of range"),
        (["--prompts", "0"], "prompts is 0: out of range"),
        (["--frames", "0"], "--frames is 0: give at least 1"),
        (["--exam-frames", "0"], "--exam-frames is 0: give at least 1"),
        (["--threads", "0"], "--threads is 0: give at least 1"),
        (["--device", "abacus"], "--device abacus: cannot be used ("),
        (["--teacher", "/nowhere"], "/nowhere"),
    ],
)
def test_what_cannot_be(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train-sam", str(tmp_path / "sam"), *arguments]) == 2
    said = capsys.readouterr()
    assert message in said.err
    assert said.out == "", "something was drawn before it failed"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("thesis.tex", "is there and holds no training; give another folder"),
        ("recipe.json", "holds a training; add --resume, or give another folder"),
    ],
)
def test_a_folder_that_holds_something_is_left_alone(
    name: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).touch()
    assert main(["train-sam", str(tmp_path), *QUICK]) == 2
    assert capsys.readouterr().err == f"laecips train-sam: {tmp_path}: {message}\n"
    assert [path.name for path in tmp_path.iterdir()] == [name]
