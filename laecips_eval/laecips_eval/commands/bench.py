"""`laecips bench`: what things cost on this machine."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from laecips_eval.commands.options import add_bundle, chosen_bundle

if TYPE_CHECKING:
    from laecips_eval.benchmarks.registry import Table

HELP = "measure a bundle's f and h on this machine, and what else has a benchmark"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments."""
    add_bundle(parser)
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="NAME",
        help="benchmarks to run; without it all but those that take minutes",
    )
    parser.add_argument(
        "--engine",
        nargs="+",
        help="engines to compare with the first; without it all that are here",
    )
    parser.add_argument(
        "--providers", nargs="+", default=["CPUExecutionProvider"], help="where to run, best first"
    )
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2], help="threads to compare")
    parser.add_argument("--repeats", type=int, default=20, help="runs that a median is over")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there too")


def run(args: argparse.Namespace) -> int:
    """Prints one table a benchmark, and writes the same numbers as JSON where asked to.

    Raises:
        ValueError: a name, the bundle, an engine, a provider or a number cannot be.
        OSError: the JSON cannot be written.
    """
    from laecips_edge.core.inference.engines import installed_engines

    from laecips_eval.benchmarks.registry import BENCHMARKS, LONG, Options

    names = args.only or [name for name in BENCHMARKS if name not in LONG]
    if unknown := [name for name in names if name not in BENCHMARKS]:
        raise ValueError(f"no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    if args.repeats < 1:
        raise ValueError(f"--repeats must be at least 1, got {args.repeats}")
    options = Options(
        bundle=chosen_bundle(args),
        engines=tuple(args.engine or installed_engines()),
        providers=tuple(args.providers),
        threads=tuple(args.threads),
        repeats=args.repeats,
    )
    tables = {}
    for name in names:
        tables[name] = BENCHMARKS[name](options)
        _show(tables[name])
    if args.json:
        _write(args.json, tables)
    return 0


def _show(table: Table) -> None:
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.measure import Measurement
    from rich.table import Table as RichTable

    shown = RichTable(
        title=table.title,
        title_justify="left",
        # Without lines and margins nine columns fit into eighty characters.
        box=SIMPLE,
        show_edge=False,
        pad_edge=False,
        collapse_padding=True,
    )
    for field, value in table.rows[0]._asdict().items():
        number = isinstance(value, int | float)
        justify: Literal["left", "right"] = "right" if number else "left"
        shown.add_column(field.replace("_", "\n" if number else " "), justify=justify, no_wrap=True)
    for row in table.rows:
        shown.add_row(*(_figures(v) if isinstance(v, float) else str(v) for v in row))
    console = Console()
    # On a narrow screen lines break; a number with its end cut off would tell nothing.
    any_width = console.options.update(max_width=1000)
    console.width = max(console.width, Measurement.get(console, any_width, shown).maximum)
    console.print(shown)


def _figures(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _write(path: Path, tables: dict[str, Table]) -> None:
    import json

    content = {name: [row._asdict() for row in table.rows] for name, table in tables.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
