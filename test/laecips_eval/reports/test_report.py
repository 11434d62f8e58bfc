"""The report: keys, invariants, writing."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from laecips_eval.reports.report import ReportError, read_report, validate, write_report
from laecips_eval.reports.report_table import milliseconds, points, report_table, size
from laecips_eval.scoring.scoreboard import Scoreboard
from rich.console import Console


def an_update() -> dict[str, Any]:
    return {
        "version": 2,
        "trigger": "enough hard frames",
        "samples": 64,
        "train_s": 12.5,
        "gate": "0.012 better on held-out lessons",
        "promoted": True,
        "transfer_s": 0.5,
        "bytes": 1_000_000,
        "swap_ms": 4.0,
        "frames_lost": 0,
        "frame": 41,
        "rolled_back": False,
    }


def a_report() -> dict[str, Any]:
    board = Scoreboard(classes=("a", "b"))
    board.add_played(1, index=0)
    return {
        "complete": True,
        "bag": {"path": "b", "name": "b", "topic": "/image", "hash": "0"},
        "setup": {
            "mode": "live",
            "rate": 1.0,
            "policy": "laecips",
            "delta": 0.5,
            "engine": "onnxruntime",
            "precision": "fp32",
            "network": None,
            "bundle": {"path": "x", "name": "x", "version": 1, "hash": "0"},
            "parameters": {},
        },
        **board.measured(),
        "updates": [],
        "processes": {"edge": {"cpu_percent": 12.0, "rss_mb_max": 100.0}},
    }


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_report(path, a_report())
    assert read_report(path) == a_report()
    assert [file.name for file in tmp_path.iterdir()] == ["report.json"]


def drop(report: dict[str, Any]) -> None:
    del report["latency_ms"]["cloud"]["p95"]


def miscount(report: dict[str, Any]) -> None:
    report["dropped"]["superseded"] += 1


def misattribute(report: dict[str, Any]) -> None:
    report["fallback"]["offline"] += 1


def mistype(report: dict[str, Any]) -> None:
    report["sent"] = True


def flag(report: dict[str, Any]) -> None:
    report["complete"] = 1


def invent(report: dict[str, Any]) -> None:
    report["bytes"]["sideways"] = 1


def forget_a_key(report: dict[str, Any]) -> None:
    report["updates"] = [an_update(), an_update()]
    del report["updates"][1]["gate"]


def count_half_a_frame(report: dict[str, Any]) -> None:
    report["updates"] = [an_update() | {"frame": 0.5}]


def promote_by_number(report: dict[str, Any]) -> None:
    report["updates"] = [an_update() | {"promoted": 1}]


def list_one(report: dict[str, Any]) -> None:
    report["updates"] = an_update()


def nest(report: dict[str, Any]) -> None:
    report["over_last"] = [{"segments": 1, "frames": 1, "miou": {}}]


def name_a_recall(report: dict[str, Any]) -> None:
    report["miou"]["edge_untrained"]["recall"]["a"] = "0.5"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (drop, r"latency_ms\.cloud\.p95 is missing"),
        (miscount, r"frames is 1, but answered \+ dropped is 0 \+ 2"),
        (misattribute, r"fallback add up to 1, but answered\.edge_fallback is 0"),
        (mistype, "sent is True, which has the wrong type"),
        (flag, "complete is 1, which has the wrong type"),
        (invent, r"bytes\.sideways is not a key"),
        (forget_a_key, r"updates\[1\]\.gate is missing"),
        (count_half_a_frame, r"updates\[0\]\.frame is 0\.5, which has the wrong type"),
        (promote_by_number, r"updates\[0\]\.promoted is 1, which has the wrong type"),
        (list_one, "updates is not a list"),
        (nest, r"over_last\[0\]\.published is missing"),
        (name_a_recall, r"edge_untrained\.recall\.a is '0\.5', which has the wrong type"),
    ],
)
def test_a_report_that_contradicts_itself_is_not_written(
    tmp_path: Path, spoil: Callable[[dict[str, Any]], None], message: str
) -> None:
    report = a_report()
    spoil(report)
    with pytest.raises(ReportError, match=message):
        write_report(tmp_path / "report.json", report)
    assert not list(tmp_path.iterdir())


def test_a_report_that_is_missing_says_what_makes_it(tmp_path: Path) -> None:
    path = tmp_path / "nope" / "report.json"
    with pytest.raises(ReportError, match=rf"{path} is missing: `laecips replay BAG --out .*nope`"):
        read_report(path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"frames": 3'])
def test_a_file_that_is_no_report_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReportError, match=r"report\.json is not a report"):
        read_report(path)


def test_the_report_is_plain_json() -> None:
    report = a_report()
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    validate(report)


@pytest.mark.parametrize(
    ("complete", "title"), [(True, "b: 1 frames\n"), (False, "b: 1 frames (stopped early)")]
)
def test_the_table_says_of_a_run_that_it_was_stopped_early(complete: bool, title: str) -> None:
    page = io.StringIO()
    Console(width=160, file=page).print(report_table(a_report() | {"complete": complete}))
    lines = [line.rstrip() for line in page.getvalue().splitlines()]
    assert title.rstrip() in lines


def test_the_table_shows_what_was_lost() -> None:
    report = a_report()
    report["miou"]["published"]["dataset"] = 0.5
    report["segments"] = [
        {
            "name": "dim light",
            "start": 0,
            "stop": 1,
            "frames": 1,
            "answered": 0,
            "wanted": 0,
            "sent": 0,
            "cur": 0.0,
            "published": 0.5,
            "edge_only": None,
            "edge_untrained": 0.25,
        }
    ]
    report["miou"]["edge_untrained"]["dataset"] = 0.375
    refused = {"promoted": False, "gate": "source lost 2 points", "frame": None, "version": 3}
    report["updates"] = [an_update(), an_update() | refused]
    validate(report)
    page = io.StringIO()
    Console(width=160, file=page).print(report_table(report))
    text = page.getvalue()
    for shown in ("b: 1 frames", "0 superseded, 1 lost", "dim light", "0.500", "100 MB",
        "f without training", "0.375", "0.250", "version 2", "promoted",
        "refused: source lost 2 points",
    ):  # fmt: skip
        assert shown in text
    assert "latency" not in text  # nothing was measured


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (size(999), "999 B"),
        (size(1_500), "1.5 kB"),
        (size(12_000_000), "12.0 MB"),
        (milliseconds(None), "-"),
        (milliseconds(12.34), "12.3 ms"),
        (points(0.5), "0.500"),
    ],
)
def test_numbers_for_people(text: str, expected: str) -> None:
    assert text == expected
