from pathlib import Path
from typing import NamedTuple

import pytest
from laecips_eval.benchmarks.page import BenchmarkPage, KeptTables, Target


class Row(NamedTuple):
    engine: str
    a_ratio: float


PAGE = BenchmarkPage(
    path=Path("page.md"),
    title="Speed",
    introduction="\nWhat counts.\n",
    parts={"node": ("The node", "\nBeside a loop.\n")},
    targets=[
        Target(
            what="node", benchmark="node", column="a_ratio", relation=">=", bound=0.9, unit="of it"
        ),
        Target(
            what="of b",
            benchmark="node",
            column="a_ratio",
            relation="<=",
            bound=1.0,
            where={"engine": "b"},
        ),
    ],
)


def test_tables_stand_below_their_targets() -> None:
    rows = [Row("a", 0.8), Row("b", 1.234)]
    text = PAGE.text(
        {"node": [row._asdict() for row in rows]},
        command="laecips bench --page robot",
        machine="Two cores.",
    )
    assert (
        text
        == """# Speed

What counts.

    laecips bench --page robot

Two cores.

## Targets

| figure | target | measured | met |
| --- | --- | --- | --- |
| node | >= 0.9 of it | 0.8, 1.23 | 1 of 2 rows |
| of b | <= 1 | 1.23 | 0 of 1 rows |

## The node

Beside a loop.

| engine | a ratio |
| --- | --- |
| a | 0.8 |
| b | 1.23 |
"""
    )


def test_an_interrupted_page_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "bench" / "robot.json"
    KeptTables(path, "options").add("node", [Row("a", 0.8)])
    assert KeptTables(path, "options").tables == {"node": [{"engine": "a", "a_ratio": 0.8}]}
    assert KeptTables(path, "other options").tables == {}
    KeptTables(path, "options").clear()
    assert KeptTables(path, "options").tables == {}


@pytest.mark.parametrize(("value", "shown"), [(123.4, "123"), (0.9666, "0.967")])
def test_figures_are_short(value: float, shown: str) -> None:
    text = PAGE.text({"node": [{"engine": "b", "a_ratio": value}]}, command="", machine="")
    assert f"| b | {shown} |" in text
