"""A small SAM ships only if it clears every bar, and the page says which it does not."""

import json
from pathlib import Path

import pytest
from laecips_cloud.networks.small_sam import SmallSamSizes, save_half, small_sam
from laecips_cloud.sam_export import export_sam
from laecips_cloud.training.small_sam_settings import CurvePoint, SmallSamTraining
from laecips_eval.datasets import open_dataset
from laecips_eval.shipped import shipped_teacher
from laecips_eval.small_sam_page import doubling, page
from laecips_eval.small_sam_verdict import GRAPH, NONE, PERFECT, SMALL, Side, Verdict, judge

SIZES = SmallSamSizes(grid=8, patch=4, width=16, depth=2, heads=2, window=4, channels=16)


def verdict(
    *,
    best_iou: float = 0.6,
    miou: float = 0.8,
    ms: float = 120.0,
    megabytes: float = 4.7,
    masks: float = 40.0,
) -> Verdict:
    return Verdict(
        frames=24,
        megabytes=megabytes,
        sides=(
            Side(NONE, 0.0, 0.0, 0.70, 0.0),
            Side(GRAPH, 1000.0, 0.35, 0.75, 70.0),
            Side(SMALL, masks, best_iou, miou, ms),
            Side(PERFECT, 45.0, 1.0, 0.9, 1.0),
        ),
    )


def curve(count: int) -> list[CurvePoint]:
    return [CurvePoint(n, 64 * 2**n, 3.0 / n, 0.1 * n, 0.05 * n, n, n) for n in range(1, count + 1)]


@pytest.mark.parametrize(
    ("given", "missed"),
    [
        ({}, []),
        ({"best_iou": 0.35}, [0]),
        ({"miou": 0.75}, [1]),
        ({"ms": 151.0}, [2]),
        ({"megabytes": 10.5}, [3]),
        ({"best_iou": 0.1, "miou": 0.1}, [0, 1]),
    ],
)
def test_every_bar_counts(given: dict[str, float], missed: list[int]) -> None:
    judged = verdict(**given)
    assert [i for i, (_, _, cleared) in enumerate(judged.bars()) if not cleared] == missed
    assert judged.ship == (not missed)
    told = json.loads(judged.to_json())
    assert told["ship"] == judged.ship
    assert told["sides"][1]["masks_by"] == GRAPH


def test_a_network_that_knows_nothing_is_judged_and_not_shipped(tmp_path: Path) -> None:
    save_half(small_sam(SIZES), tmp_path / "sam.pth")
    export_sam(tmp_path / "sam.pth", tmp_path / "onnx")
    judged = judge(
        tmp_path / "onnx",
        open_dataset("inspection", split="held_out", count=2),
        count=1,
        teacher=shipped_teacher(),
        megabytes=1.0,
        options={"chosen_points": "2"},
    )
    assert judged.frames == 1
    assert [side.masks_by for side in judged.sides] == [NONE, GRAPH, SMALL, PERFECT]
    assert judged.side(PERFECT).best_iou == 1.0
    assert judged.side(PERFECT).miou > judged.side(NONE).miou
    assert not judged.ship


def test_the_page_says_what_stays() -> None:
    settings = SmallSamTraining(steps=8)
    text = page(settings, curve(8), verdict(best_iou=0.2), frames=10, ceilings=(0.95, 0.82))
    assert "`graph` stays the default" in text
    assert "No GPU was at hand: this is 16,384 prompts" in text
    assert "| mean best IoU above graph's 0.350 | 0.200 | no |" in text
    assert "| 8 | 16,384 | 0.38 | 0.800 | 0.400 | 0.1 |" in text
    assert "added 0.100" in text
    assert "at its end with 300,000" in text
    assert "have a mean IoU of 0.950 with themselves; with masks half as large it is 0.820" in text
    assert all(len(line) <= 120 for line in text.splitlines() if not line.startswith("|"))
    assert "cut short" not in text
    assert "trusts none of its masks" not in text
    assert "**It clears all bars**" in page(
        settings, curve(8), verdict(), frames=10, ceilings=(0.95, 0.82)
    )


def test_the_page_says_why_there_is_nothing() -> None:
    none = verdict(best_iou=0.0, masks=0.0)
    text = page(SmallSamTraining(), curve(8), none, frames=10, ceilings=(0.95, 0.82))
    assert "It trusts none of its masks that far" in text


@pytest.mark.parametrize(("count", "slope"), [(3, None), (8, 0.1)])
def test_doubling(count: int, slope: float | None) -> None:
    assert doubling(curve(count)) == (None if slope is None else pytest.approx(slope))


def test_a_curve_that_is_too_short_leads_nowhere() -> None:
    text = page(
        SmallSamTraining(device="cuda"), curve(2), verdict(), frames=10, ceilings=(0.95, 0.82)
    )
    assert "too short, or too flat, to say where it leads" in text
    assert "Trained on 256 prompts" in text
    assert "cut short at step 2 of 20000" in text
