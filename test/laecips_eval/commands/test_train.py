import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from laecips_cloud.class_scorers import create_class_scorer
from laecips_cloud.networks.ddrnet import DDRNet
from laecips_edge.cli import main
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_eval.reports.training import write_training_report

CLASSES = ("belt", "part", "screw", "scratch")
QUICK = [
    *("--frames", "8", "--held-out-frames", "3", "--width", "0.125", "--input-size", "96x128"),
    *("--steps", "6", "--variants", "1"),
]
PAIR = ["--miner-width", "0.125", "--folds", "2", "--miner-steps", "4"]
TEACHER = ["--role", "teacher"]
APPEALNET = ["--role", "appealnet"]


@pytest.mark.slow
def test_a_few_frames_make_a_bundle_that_runs(
    camvid: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    options = ["--dataset", "camvid", "--root", str(camvid), "--split", "pretrain,day"]
    options += ["--held-out", "dusk"]
    command = ["train", *options, *QUICK, *PAIR, "-o", str(tmp_path / "made" / "bundle")]
    with monkeypatch.context() as patch:
        patch.setattr(write_training_report, "write_training_report", interrupt)
        assert main(command) == 130
    assert main([*command, "--resume"]) == 0
    said = capsys.readouterr().out
    before, after = said.split("/bundle is written", 1)
    assert "f:   0% of the training" in before
    assert "h is trained on" in before
    assert "f:   0% of the training" not in after, "the report alone was missing"
    assert "fold 1 of 2:   0%" not in after
    assert "mIoU on held-out frames" in said
    made = tmp_path / "made"
    bundle = Bundle.load(made / "bundle")
    Segmenter(bundle).self_test()
    assert {it.name for it in made.iterdir()} == {"bundle", "bundle.training"}
    assert bundle.manifest.name == "camvid"
    assert bundle.manifest.input_size == (96, 128)
    for name in bundle.manifest.classes:
        assert name in said
    assert "were its masks perfect" in said
    folder = made / "bundle.training"
    assert f"the report is {folder}/report.html" in said
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert report["pictures"] == 1  # the half that neither f nor h has seen
    assert (folder / "worst.jpg").is_file()


@pytest.fixture
def plant(camvid: Path) -> list[str]:
    """Options that name a folder of pictures; one of them has no mask."""
    (camvid / "splits.yaml").write_text("by: random")
    (camvid / "labels" / "a.png").unlink()
    return ["--dataset", "folder", "--root", str(camvid), "--name", "plant"]


@pytest.mark.slow
def test_pictures_of_a_folder_and_another_network_that_begins_with_weights_of_a_file(
    plant: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save(DDRNet(classes=3, width=0.25).state_dict(), tmp_path / "ddrnet.pth")
    options = [*plant, *QUICK, "--network", "ddrnet", "--width", "0.25"]
    options += ["--weights", str(tmp_path / "ddrnet.pth")]
    assert main(["train", *options, *PAIR, "-o", str(tmp_path / "bundle")]) == 0
    said = capsys.readouterr().out
    assert "left out, as they have no mask: 1 files, such as" in said
    assert "] f: begins with " in said
    assert "fold 2 of 2: begins with " in said
    manifest = Bundle.load(tmp_path / "bundle").manifest
    assert (manifest.architecture, manifest.width, manifest.stride) == ("ddrnet", 0.25, 8)
    assert manifest.name == "plant"
    assert manifest.classes == ("belt", "part", "screw", "scratch")


@pytest.mark.slow
def test_eight_frames_make_a_teacher_that_the_cloud_can_ask_and_a_miner_learn_from(
    plant: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "made"
    out = folder / "teacher"
    assert main(["train", *plant, *TEACHER, *QUICK, "-o", str(out)]) == 0
    said = capsys.readouterr().out
    assert "  0% of the training, loss " in said
    assert "a teacher's IoU on held-out frames" in said
    for name in (*CLASSES, "mean"):
        assert name in said
    left = {path.name for path in folder.iterdir()}
    assert left == {"teacher", "teacher.training"}, "what was only for it is left"
    report = json.loads((folder / "teacher.training" / "report.json").read_text())
    assert (report["role"], report["pictures"]) == ("teacher", 2)
    assert report["miou_assisted"] is None
    scorer = create_class_scorer("onnx", {"model": str(out)}, classes=CLASSES)
    scores = scorer.score(np.full((90, 120, 3), 128, np.uint8), pytest.fail)
    assert scores.shape == (len(CLASSES), 90, 120)
    pair = folder / "pair"
    options = ["--miner-width", "0.125", "--folds", "0", "--miner-steps", "4"]
    assert main(["train", *plant, *QUICK, *options, "--teacher", str(out), "-o", str(pair)]) == 0
    assert "fold 1" not in capsys.readouterr().out
    training = Bundle.load(pair).manifest.training
    assert training["teacher"] == "teacher"
    report = json.loads((folder / "pair.training" / "report.json").read_text())
    assert report["miou_assisted"] is not None


def test_a_folder_that_is_something_else_is_refused_before_a_teacher_is_trained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.tex").touch()
    assert main(["train", *TEACHER, "-o", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.err == (
        f"laecips train: {tmp_path}: is there and holds no network.onnx; give another folder\n"
    )
    assert said.out == "", "something was trained before it failed"
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--dataset", "camvid"], "camvid needs a root"),
        (["--folds", "1"], "--folds is 1: give 0, or 2 or more"),
        (["--light", "1.5"], "--light is 1.5: give a share from 0 to 1"),
        (["--threads", "0"], "--threads is 0: give 1 or more"),
        (["--input-size", "20x20"], "--input-size is 20x20: give 32x32 or more"),
        (["--tiles", "0x1"], "--tiles is 0x1: give 1x1 or more"),
        (["--split", "nowhere"], "inspection has no split 'nowhere'"),
        (["--frames", "0"], "0 frames were asked for"),
        (
            ["--input-size", "98x128", "--tiles", "2x1"],
            "--tiles is 2x1 and --input-size 98x128: of tiles, give sides of more than 32 pixels "
            "that are multiples of 4",
        ),
        (["--network", "rafnet"], "edge network 'rafnet' is not known: take one of appealnet, "),
        (["--network", "appealnet"], "--network is appealnet: its head learns from what a trained"),
        (["--network", "unet:small"], "edge network unet has no variant, but 'small' was given"),
        (["--network", "smp:fpn"], "edge network smp: "),
        (["--weights", "nowhere.pth"], "nowhere.pth: no such file"),
        (
            [*TEACHER, "--network", "unet"],
            "--network is unet: --role teacher takes an rfnet; leave",
        ),
        ([*APPEALNET, "--network", "unet"], "--network is unet: --role appealnet takes an rfnet"),
        ([*APPEALNET, "--steps", "0"], "--steps is 0: give 1 or more"),
        ([*APPEALNET, "--held-out-frames", "1"], "AppealNet: 1 held-out frames are too few"),
        ([*APPEALNET, "--pair", "nowhere"], "nowhere/manifest.json: cannot be read"),
        ([*TEACHER, "--dataset", "camvid"], "camvid needs a root"),
        ([*TEACHER, "--threads", "0"], "--threads is 0"),
        ([*TEACHER, "--held-out-frames", "0"], "0 frames were asked for"),
        ([*TEACHER, "--width", "0"], "--width is 0: give more than 0"),
        ([*TEACHER, "--steps", "0"], "--steps is 0: give 1 or more"),
        ([*TEACHER, "--variants", "-1"], "--variants is -1: give 0 or more"),
        ([*TEACHER, "--minutes", "0"], "--minutes is 0: give more than 0"),
        ([*TEACHER, "--input-size", "8x480"], "--input-size is 8x480: give 32x32 or more"),
    ],
)
def test_wrong_settings_get_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(["train", *arguments, "-o", str(tmp_path / "bundle")]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_masks_of_0_and_255_are_refused_before_anything_is_trained(
    camvid: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (camvid / "classes.yaml").write_text("classes: [good, defect]")
    (camvid / "splits.yaml").unlink()
    for path in camvid.glob("labels/*"):
        mask = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        cv2.imwrite(str(path), np.where(mask > 1, 255, 0).astype(np.uint8))
    out = camvid / "bundle"
    arguments = ["train", "--dataset", "folder", "--root", str(camvid), "-o", str(out)]
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"laecips train: {camvid}: no pixel of defect in 8 frames; ")
    assert said.err.endswith(
        "if masks say defect by 255, write values: [0, 255] into classes.yaml\n"
    )
    assert said.out == "", "something was trained before it failed"
    assert not out.exists()
