import subprocess
import sys
from pathlib import Path

import pytest
from laecips_edge.cli import main
from laecips_edge.core.bundle import Bundle
from laecips_edge.core.segmenter import Segmenter

QUICK = [
    *("--frames", "8", "--held-out-frames", "3", "--width", "0.125", "--miner-width", "0.125"),
    *("--input-size", "96x128", "--folds", "2", "--steps", "6", "--miner-steps", "4"),
    *("--variants", "1"),
]


@pytest.mark.system
def test_eight_frames_make_a_bundle_that_runs(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "laecips_edge.cli", "train", *QUICK, "-o", tmp_path / "bundle"],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "f:   0% of the training" in done.stdout
    assert "mIoU on held-out frames" in done.stdout
    bundle = Bundle.load(tmp_path / "bundle")
    Segmenter(bundle).self_test()
    assert bundle.manifest.name == "inspection"
    assert bundle.manifest.input_size == (96, 128)
    for name in bundle.manifest.classes:
        assert name in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--dataset", "camvid"], "camvid needs a root"),
        (["--folds", "1"], "folds is 1"),
        (["--threads", "0"], "--threads is 0"),
        (["--split", "nowhere"], "inspection has no split 'nowhere'"),
        (["--frames", "0"], "0 frames were asked for"),
    ],
)
def test_wrong_settings_get_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(["train", *arguments, "-o", str(tmp_path / "bundle")]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not (tmp_path / "bundle").exists()


def test_a_size_is_height_by_width(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["train", "--input-size", "big", "-o", "nowhere"])
    assert "'big' is not HEIGHTxWIDTH, such as 360x480" in capsys.readouterr().err
