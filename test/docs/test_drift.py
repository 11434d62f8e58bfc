"""docs/drift.md: its recipe is read, and it names every dial."""

import re
from pathlib import Path

from laecips_eval.drift.plan import plan
from laecips_eval.drift.recipe import Dials, read_recipe

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "drift.md").read_text(encoding="utf-8")


def test_its_recipe_is_read(tmp_path: Path) -> None:
    (text,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "drift.yaml").write_text(text, encoding="utf-8")
    laid = plan(read_recipe(tmp_path / "drift.yaml"), 100)
    assert [(it.name, it.stop) for it in laid.segments] == [
        ("as_taken", 40), ("evening", 70), ("moved_camera", 100),
    ]  # fmt: skip


def test_it_names_every_dial() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == list(Dials.model_fields)
