"""`laecips bench`: benchmarks on this machine."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from laecips_eval.commands.options import add_bundle, chosen_bundle
from laecips_eval.commands.profiled import profiled

if TYPE_CHECKING:
    from laecips_eval.benchmarks.page import BenchmarkPage
    from laecips_eval.benchmarks.registry import Options, Table

HELP = "run benchmarks on this machine: f and h of a bundle, fusion, SAM and others"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_bundle(parser)
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="NAME",
        help="benchmarks to run; without it all except those that take minutes",
    )
    parser.add_argument(
        "--engine",
        nargs="+",
        help="engines to compare with the first one; without it all installed engines",
    )
    parser.add_argument(
        "--providers",
        nargs="+",
        default=["CPUExecutionProvider"],
        help="execution providers, best first",
    )
    parser.add_argument(
        "--threads", nargs="+", type=int, default=[1, 2], help="numbers of threads to compare"
    )
    parser.add_argument("--repeats", type=int, default=20, help="number of runs for each median")
    parser.add_argument(
        "--page",
        choices=["robot"],
        help="run the benchmarks of a page of docs/results and write it, from the repository's "
        "folder; goes on where an interrupted run of the same options was",
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="of --page, without it its usual place"
    )
    parser.add_argument(
        "--profile",
        type=Path,
        metavar="FILE",
        help="also write what the command spends its time on, for python -m pstats FILE; nodes "
        "are processes of their own and not in it",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="also write the numbers to this file"
    )


def run(args: argparse.Namespace) -> int:
    """Print one table per benchmark; write them as JSON, or as a page, where asked to.

    Raises:
        ValueError: a name, the bundle, an engine, a provider or a number is invalid.
        OSError: the JSON file cannot be written.
    """
    from laecips_edge.core.inference.engines import installed_engines

    from laecips_eval.benchmarks.registry import BENCHMARKS, LONG, Options

    page = _page(args)
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
    with profiled(args.profile):
        if page is not None:
            _write_page(page, options, args)
            return 0
        tables = {}
        for name in names:
            tables[name] = BENCHMARKS[name](options)
            _show(tables[name])
    if args.json:
        _write(args.json, tables)
    return 0


def _page(args: argparse.Namespace) -> BenchmarkPage | None:
    if args.page is None:
        if args.output is not None:
            raise ValueError("--output is of --page: give both, or --json")
        return None
    if args.only or args.json:
        raise ValueError("--page has its own benchmarks: leave out --only and --json")
    from laecips_eval.benchmarks.robot_page import ROBOT_PAGE

    return ROBOT_PAGE


def _write_page(page: BenchmarkPage, options: Options, args: argparse.Namespace) -> None:
    from laecips_edge.core.atomic_files import whole_file
    from laecips_edge.core.cache_folder import cache_folder

    from laecips_eval.benchmarks.machine import this_machine
    from laecips_eval.benchmarks.page import KeptTables
    from laecips_eval.benchmarks.registry import BENCHMARKS

    kept = KeptTables(cache_folder() / "bench" / f"{args.page}.json", repr(options))
    for name in page.parts:
        if name not in kept.tables:
            table = BENCHMARKS[name](options)
            kept.add(name, table.rows)
            _show(table)
    output = args.output or page.path
    output.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(output) as file:
        command = f"laecips bench --page {args.page} --repeats {args.repeats}"
        file.write(page.text(kept.tables, command=command, machine=this_machine()))
    kept.clear()
    print(f"wrote {output}")


def _show(table: Table) -> None:
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.measure import Measurement
    from rich.table import Table as RichTable

    shown = RichTable(
        title=table.title,
        title_justify="left",
        # Without lines and margins, nine columns fit into 80 characters.
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
    # On a narrow terminal, let lines wrap: a cut number would be wrong.
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
