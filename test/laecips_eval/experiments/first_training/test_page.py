from typing import Any

from laecips_eval.experiments.first_training.measure import Run
from laecips_eval.experiments.first_training.page import first_training_page


def run(**options: Any) -> Run:
    usual: dict[str, Any] = {
        "pictures": "inspection", "variant": "earlier", "seconds": 60.0, "seed": 0, "steps": 100,
        "most_steps": 1_000_000,
        "parameters": 9, "miou": 0.5, "miou_views": 0.25, "miou_met": 0.125,
        "iou": [0.5, None], "precision": [0.5, None], "recall": [0.25, 0.75],
    }  # fmt: skip
    return Run(**usual | options)


def test_seeds_are_averaged_and_the_best_recipe_comes_first() -> None:
    page = first_training_page(
        [
            run(),
            run(seed=1, miou=0.7, steps=102),
            run(variant="plain", miou=0.8),
            run(pictures="camvid", miou_met=None, most_steps=100),
        ]
    )
    lines = page.splitlines()
    inspection = lines.index("## inspection, 60 s")
    assert lines.index("## camvid, 100 steps") < inspection
    assert lines[inspection + 4 : inspection + 6] == [
        "| plain | 0.800 | 0.250 | 0.125 | 0.500 | 0.500 | 100 | 1 |",
        "| earlier | 0.600 | 0.250 | 0.125 | 0.500 | 0.500 | 101 | 2 |",
    ]
    assert "| earlier | 0.500 | 0.250 | - | 0.500 | 0.500 | 100 | 1 |" in lines
    explained = [line.split(":")[0] for line in lines if line.startswith("- *")]
    assert explained == ["- *earlier*", "- *plain*"]


def test_what_leaving_the_recipe_costs_is_told_by_set() -> None:
    page = first_training_page(
        [
            run(variant="recipe", most_steps=100, miou=0.6, miou_views=0.3),
            run(variant="no-dice", most_steps=100, miou=0.55, miou_views=0.31),
            run(variant="no-light", most_steps=100, seed=0, miou=0.6),
            run(variant="no-light", most_steps=100, seed=1, miou=0.64),
            run(variant="recipe", pictures="camvid", most_steps=100, miou=0.4),
            run(variant="no-dice", pictures="camvid", most_steps=100, miou=0.3),
            run(variant="plain", pictures="camvid", miou=0.9),  # bound by time, not by steps
        ]
    )
    lines = page.splitlines()
    start = lines.index("| recipe | camvid, 100 steps | inspection, 100 steps |")
    assert lines[start + 2 : start + 4] == [
        "| no-dice | +10.0 / +0.0 | +5.0 / -1.0 |",
        "| no-light | - | -2.0 / +5.0 |",
    ]


def test_without_the_recipe_there_is_nothing_to_leave() -> None:
    assert "leave the recipe" not in first_training_page([run(most_steps=100)])
