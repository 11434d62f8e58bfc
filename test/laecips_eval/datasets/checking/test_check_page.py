"""What a terminal shows of a folder."""

from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest
from laecips_cloud.training.data.frame_folder import FrameFolder
from laecips_eval.datasets.checking.check_page import (
    class_table,
    headline,
    held_line,
    print_table,
)
from laecips_eval.datasets.checking.survey import survey


def test_the_table_has_a_row_a_class_and_a_column_a_split(
    plant: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    mask = np.zeros((24, 32), np.uint8)
    mask[0, :8] = 255
    cv2.imwrite(str(plant / "labels" / "f9.png"), mask)
    folder = FrameFolder(plant)
    seen = survey(folder, lambda done, total: None)
    print_table(class_table(folder, seen, {"train": ["f0", "f1"], "held_out": ["f9"]}))
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert rows[0][-2:] == ["train", "held_out"]
    assert rows[2:] == [
        ["good", "95.31%", "in", "2", "98.96%", "in", "1"],
        ["dent", "4.69%", "in", "2", "none"],
        ["(no", "class)", "none", "1.04%", "in", "1"],
        ["pictures", "2", "1"],
    ]


def test_the_headline_counts(plant: Path) -> None:
    folder = FrameFolder(plant)
    seen = survey(folder, lambda done, total: None)
    assert headline(folder, seen) == f"{plant}: 10 pictures with masks, 2 classes, 32 x 24 (10)"
    seen.sizes.clear()
    assert headline(folder, seen).endswith("no picture can be read")
    seen.sizes.update({(1, width): 10 - width for width in range(1, 9)})
    assert headline(folder, seen).endswith(
        "1 x 1 (9), 2 x 1 (8), 3 x 1 (7), 4 x 1 (6), 5 x 1 (5), 6 x 1 (4) and 2 other sizes"
    )


@pytest.mark.parametrize(
    ("held", "line"),
    [
        ({0: 3, 255: 1}, "masks hold 0 75.0%, 255 25.0%"),
        ({(1, 2, 3): 1}, "masks hold [1, 2, 3] 100.0%"),
        (
            dict.fromkeys(range(10), 1),
            "masks hold 0 10.0%, 1 10.0%, 2 10.0%, 3 10.0%, 4 10.0%, 5 10.0%, ...",
        ),
    ],
)
def test_what_masks_hold(held: dict, line: str) -> None:
    assert held_line(Counter(held)) == line
