import argparse
import json
from dataclasses import replace
from typing import NamedTuple

import pytest
from laecips_edge.core.inference.engines import ENGINE_NAMES
from laecips_eval.benchmarks import registry, robot_page
from laecips_eval.benchmarks.registry import Table
from laecips_eval.commands import bench


def parse(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    bench.add_arguments(parser)
    return parser.parse_args(arguments)


def test_a_bundle_is_measured_shown_and_written(tiny_bundle, tmp_path, capsys):
    target = tmp_path / "out" / "bench.json"
    arguments = ("--only", "inference", "--repeats", "2", "--threads", "1", "--json", str(target))
    assert bench.run(parse("--bundle", str(tiny_bundle.path), *arguments)) == 0
    rows = json.loads(target.read_text())["inference"]
    assert [(row["engine"], row["threads"]) for row in rows] == [(n, 1) for n in ENGINE_NAMES]
    for row in rows:
        assert row["h_share"] == pytest.approx(row["h_ms"] / row["f_ms"])
    shown = capsys.readouterr().out
    for word in ("engine", "precision", "speedup", *ENGINE_NAMES):
        assert word in shown


def test_one_engine_may_be_measured(tiny_bundle, tmp_path):
    arguments = ["--only", "inference", "--repeats", "1", "--threads", "1", "--engine", "openvino"]
    target = tmp_path / "bench.json"
    bench.run(parse("--bundle", str(tiny_bundle.path), *arguments, "--json", str(target)))
    (row,) = json.loads(target.read_text())["inference"]
    assert (row["engine"], row["speedup"]) == ("openvino", 1.0)


def test_no_number_is_cut_off_on_a_narrow_screen(monkeypatch, capsys):
    class Row(NamedTuple):
        masks_by: str
        peak_mb: float
        a_long_name_of_a_ratio: float

    monkeypatch.setenv("COLUMNS", "20")
    bench._show(Table("a title", [Row("segment-anything", 3328.38912, 0.48381)]))
    assert "segment-anything  3,328  0.484" in " ".join(capsys.readouterr().out.split("\n"))


def test_a_page_is_written_and_goes_on_where_it_was(tiny_bundle, tmp_path, monkeypatch):
    class Row(NamedTuple):
        ratio: float

    runs = []

    def measure(options):
        runs.append(options.repeats)
        if len(runs) == 2:
            raise OSError("interrupted")
        return Table("a title", [Row(1.5)])

    parts = {"one": ("One", "First."), "two": ("Two", "Second.")}
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(registry, "BENCHMARKS", dict.fromkeys(parts, measure))
    monkeypatch.setattr(
        robot_page, "ROBOT_PAGE", replace(robot_page.ROBOT_PAGE, parts=parts, targets=[])
    )
    page = tmp_path / "docs" / "robot.md"
    arguments = parse("--page", "robot", "--bundle", str(tiny_bundle.path), "-o", str(page))
    with pytest.raises(OSError, match="interrupted"):
        bench.run(arguments)
    assert not page.exists()
    assert bench.run(arguments) == 0
    assert len(runs) == 3  # the first table was kept
    assert "## One\n\nFirst.\n\n| ratio |\n| --- |\n| 1.5 |\n\n## Two" in page.read_text()
    bench.run(arguments)
    assert len(runs) == 5  # nothing is kept of a page that was written


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--bundle", "nowhere"], r"manifest\.json: cannot be read"),
        (["--only", "speed"], "no benchmark 'speed'; there are inference, output-size, fusion"),
        (["--repeats", "0"], "--repeats must be at least 1, got 0"),
        (["--page", "robot", "--only", "fusion"], "--page has its own benchmarks"),
        (["--output", "page.md"], "--output is of --page"),
    ],
)
def test_what_cannot_be_measured(arguments, message):
    with pytest.raises(ValueError, match=message):
        bench.run(parse(*arguments))
