from typing import Any

import pytest
from laecips_eval.experiments.labelling.page import page

SETTINGS: dict[str, Any] = {
    "seeds": [0, 1],
    "trials": [["random", 0], ["random", 50], ["mixed", 50]],
    "updates": 2,
    "every": 3,
    "rare_class": "scratch",
    "sizes": {"teacher": 800, "source": 400, "drive": 300, "rare": 0.1},
}
CLASSES = ("steel", "scratch")


def row(seed: int, by: str, count: int, iou: list[float | None], promoted: str = "") -> dict:
    return {
        "seed": seed,
        "by": by,
        "count": count,
        "iou": iou,
        "labelled": {"f_wrong": 0.25},
        "updates": [{"promoted": letter == "y"} for letter in promoted],
    }


ROWS = [
    row(0, "first", 0, [0.5, 0.1]),
    row(0, "random", 0, [0.5, 0.3], "yn"),
    row(1, "random", 0, [0.7, 0.3], "yy"),
    row(0, "mixed", 50, [0.6, 0.4], "yy"),
    row(0, "random", 50, [0.6, None], "nn"),
    row(1, "mixed", 50, [0.7, 0.4], "yn"),
]


def test_the_table() -> None:
    lines = page(ROWS, CLASSES, SETTINGS).splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert table == [
        "| labels | frames | seeds | mIoU | gain | IoU of scratch | F wrong | promoted |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        "| 0 | the first pair, not trained again | 1 | 0.300 | -10.0 (-10.0) | 0.100 |  |  |",
        "| 0 | none: F's labels alone | 2 | 0.450 |  | 0.300 |  | 3 of 4 |",
        "| 50 | by lot | 1 | 0.600 | +20.0 (+20.0) | 0.000 | 0.250 | 0 of 2 |",
        "| 50 | chosen: `--by mixed`, the usual one | 2 | 0.525 | +7.5 (+10.0, +5.0) | 0.400 "
        "| 0.250 | 3 of 4 |",
    ]
    assert "**6 of 8 trials are finished**" in "\n".join(lines)


@pytest.mark.parametrize("count", [0, 8])
def test_all_or_nothing_is_finished(count: int) -> None:
    text = page((ROWS * 2)[:count], CLASSES, SETTINGS)
    assert "trials are finished**" not in text
    assert ("No trial is finished yet." in text) is (count == 0)
    assert "every third held-out picture that nothing learns from" in " ".join(text.split())
