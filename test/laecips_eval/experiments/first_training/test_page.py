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
