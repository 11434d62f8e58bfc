"""`laecips picture` on the smoke bag with the shipped bundle."""

from pathlib import Path

import cv2
import pytest
from laecips_edge.cli import main

ROOT = Path(__file__).resolve().parents[3]
BAG = str(ROOT / "rosbags" / "smoke")
BUNDLE = str(ROOT / "laecips_bringup" / "bundles" / "inspection")


@pytest.mark.parametrize("bundle", [["--bundle", BUNDLE], []], ids=["named", "shipped"])
def test_two_frames_make_two_rows_of_three(tmp_path: Path, bundle: list[str]) -> None:
    sheet = tmp_path / "sheet.jpg"
    assert main(["picture", BAG, *bundle, "--frames", "0", "50", "-o", str(sheet)]) == 0
    height, width = cv2.imread(str(sheet)).shape[:2]
    assert width >= 3 * 480
    assert 2 * 360 <= height < 3 * 360


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--frames", "100", "-o", "x.png"], "100 frames are in the bag, so there is no frame 100"),
        (["-o", "x.gif"], "neither .png nor .jpg"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["picture", BAG, "--bundle", BUNDLE, *arguments]) == 2
    error = capsys.readouterr().err
    assert complaint in error
    assert len(error.splitlines()) == 1
