"""A page of measurements, made by one command: tables of benchmarks, and their targets."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

Row = Mapping[str, Any]
"""Values by the names of the columns, as `NamedTuple._asdict` gives them."""

_HOLDS: Final[dict[str, Callable[[float, float], bool]]] = {">=": operator.ge, "<=": operator.le}


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a column of a table should be.

    Attributes:
        what: what it is, for people.
        benchmark: name of the benchmark.
        column: the column.
        relation: `>=` or `<=`.
        bound: the number.
        unit: unit of both, for people.
        where: values that a row must have for the target to be about it.
    """

    what: str
    benchmark: str
    column: str
    relation: str
    bound: float
    unit: str = ""
    where: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class BenchmarkPage:
    """A page.

    Attributes:
        path: its usual place.
        title: its headline.
        introduction: Markdown below the headline.
        parts: what to say above the table of each benchmark, by its name; in their order.
        targets: what should be.
    """

    path: Path
    title: str
    introduction: str
    parts: Mapping[str, tuple[str, str]]
    targets: Sequence[Target]

    def text(self, tables: Mapping[str, Sequence[Row]], *, command: str, machine: str) -> str:
        """Return the page as Markdown.

        Args:
            tables: rows by name of the benchmark, for each of `parts`.
            command: made them.
            machine: where they were measured.
        """
        blocks = [f"# {self.title}", self.introduction.strip(), f"    {command}", machine]
        if self.targets:
            blocks += ["## Targets", self._verdicts(tables)]
        for name, (headline, words) in self.parts.items():
            blocks += [f"## {headline}", words.strip(), _markdown(tables[name])]
        return "\n\n".join(blocks) + "\n"

    def _verdicts(self, tables: Mapping[str, Sequence[Row]]) -> str:
        rows = []
        for target in self.targets:
            wanted = (target.where or {}).items()
            about = [
                row
                for row in tables[target.benchmark]
                if all(row[name] == value for name, value in wanted)
            ]
            values = [row[target.column] for row in about]
            met = [_HOLDS[target.relation](value, target.bound) for value in values]
            rows.append({
                "figure": target.what,
                "target": f"{target.relation} {target.bound:g} {target.unit}".strip(),
                "measured": ", ".join(map(_figures, values)) or "-",
                "met": f"{sum(met)} of {len(met)} rows",
            })  # fmt: skip
        return _markdown(rows)


class KeptTables:
    """The tables of an interrupted page, so that the next run goes on where it was.

    Args:
        path: the file.
        options: what the tables depend on; those of others are not taken.
    """

    def __init__(self, path: Path, options: str) -> None:
        self._path, self._options = path, options
        self.tables: dict[str, list[Row]] = {}
        if path.is_file():
            kept = json.loads(path.read_text(encoding="utf-8"))
            if kept["options"] == options:
                self.tables = kept["tables"]

    def add(self, name: str, rows: Sequence[Any]) -> None:
        """Keep a table of named tuples."""
        self.tables[name] = [row._asdict() for row in rows]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        content = {"options": self._options, "tables": self.tables}
        self._path.write_text(json.dumps(content), encoding="utf-8")

    def clear(self) -> None:
        """Forget all: the page is written."""
        self._path.unlink(missing_ok=True)


def _markdown(rows: Sequence[Row]) -> str:
    head = [name.replace("_", " ") for name in rows[0]]
    lines = [
        head,
        ["---"] * len(head),
        *([_figures(value) for value in row.values()] for row in rows),
    ]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _figures(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
