"""`laecips results` on a small finished run."""

import json
from pathlib import Path

import pytest
from laecips_edge.cli import main
from laecips_eval.reports.report import read_report, write_report
from laecips_eval.scoring.frame_log import FrameRow, write_rows

QUANTILES = {"p50": 12.0, "p95": 20.0, "p99": None}
ACCURACY = {
    "frame_mean": 0.5,
    "dataset": 0.4321,
    "per_class": {"screw": 0.25, "dent": None},
    "recall": {"screw": 0.375, "dent": None},
}
MIOU = {"published": 0.4, "edge_only": 0.3, "edge_untrained": 0.2}
UPDATE = {
    "version": 2, "trigger": "enough frames", "samples": 64, "train_s": 12.5, "gate": "no better",
    "promoted": False, "transfer_s": None, "bytes": None, "swap_ms": None, "frames_lost": None,
    "frame": None, "rolled_back": False,
}  # fmt: skip


@pytest.fixture
def finished_run(tmp_path: Path) -> Path:
    """A folder as `laecips replay` leaves it."""
    bundle = {"path": "b", "name": "inspection", "version": 1, "hash": "ab" * 32}
    report = {
        "complete": True,
        "bag": {"path": "x", "name": "smoke", "topic": "/camera/image", "hash": "cd" * 32},
        "setup": {
            "mode": "live", "rate": 1.0, "policy": "laecips", "delta": 0.5,
            "engine": "onnxruntime", "precision": "fp32", "bundle": bundle, "network": None,
            "parameters": {},
        },
        "frames": 3,
        "answered": {"edge": 1, "cloud": 0, "edge_fallback": 1},
        "fallback": {"overload": 0, "deadline": 1, "offline": 0},
        "dropped": {"superseded": 1, "transport": 0},
        "wanted": 1, "sent": 1, "audit": 0, "cur": 1 / 3,
        "latency_ms": {"edge": QUANTILES, "cloud": QUANTILES, "all": QUANTILES},
        "miou": {"published": ACCURACY, "edge_only": ACCURACY, "edge_untrained": ACCURACY},
        "bytes": {"up": 2_000_000, "down": 0, "model": 0},
        "updates": [UPDATE],
        "processes": {"edge": {"cpu_percent": 42.0, "rss_mb_max": 180.0}},
        "segments": [
            {"name": "dim", "start": 0, "stop": 3, "frames": 3, "answered": 2, "wanted": 1,
             "sent": 0, "cur": 0.0, **MIOU}
        ],
        "over_last": [{"segments": 1, "frames": 3, **MIOU}],
    }  # fmt: skip
    (tmp_path / "report.json").write_text(json.dumps(report), encoding="utf-8")
    write_rows(tmp_path / "frames.csv", [FrameRow(index=0, stamp_ns=0, iou=0.5, iou_now=0.4)])
    return tmp_path


def test_page_shows_what_the_report_says(finished_run: Path) -> None:
    page = finished_run / "docs" / "smoke.md"
    assert main(["results", f"live={finished_run}", "-o", str(page), "--title", "Smoke"]) == 0
    text = page.read_text(encoding="utf-8")
    for expected in (
        "# Smoke", "![smoke-live.svg](smoke-live.svg)", "1 (1 deadline)", "33.3 %", "0.432",
        "| dim | 3 | 2 | 33.3 % | 0.0 % | 0.400 | 0.300 | 0.200 |",
        "| screw | 0.250 | 0.250 | 0.250 | 0.375 | 0.375 | 0.375 |",
        "| dent | - | - | - | - | - | - |",
        "| 2 | enough frames | 64 | 12.5 s | - | - | - | - | refused: no better |",
        "| edge | 42 % | 180 MB |",
        "| live | 1 | 0.200 | 0.300 (+10.0) | 0.400 (+20.0) | 0 of 1 | 0 | 100.0 % |",
        "| live | 0 of 1 | 12 s | - | - | 0.00 / 2.00 MB | - | +0.0 | +10.0 | - |",
    ):  # fmt: skip
        assert expected in text
    assert page.with_name("smoke-live.svg").is_file()


def test_what_learning_costs_where_there_is_a_link(finished_run: Path) -> None:
    direction = {"bytes": 1_000_000, "used": 0.05, "lost": 0, "dropped": 0}
    link = {
        "mode": "relay", "rate_bit_s": 4e6, "round_trip_ms": 40.0, "loss": 0.0,
        "up": direction | {"kinds": {}}, "down": direction | {"kinds": {"models": 250_000}},
        "hard_ms": QUANTILES, "ideal_ms": QUANTILES, "cuts": [], "use": [],
    }  # fmt: skip
    file = finished_run / "report.json"
    report = json.loads(file.read_text(encoding="utf-8"))
    report["miou"]["edge_only"] = ACCURACY | {"dataset": 0.4571}
    report["knowledge"] = {"frames": 2, "before": 1, "p50_s": 24.6, "p95_s": 61.2}
    report["bytes"]["model"] = 250_000
    file.write_text(json.dumps(report | {"link": link}), encoding="utf-8")
    page = finished_run / "page.md"
    assert main(["results", f"live={finished_run}", "-o", str(page)]) == 0
    # A quarter of a twentieth of 4 Mbit/s is 50 kbit/s.
    row = "| live | 0 of 1 | 12 s | 25 s | 61 s | 0.25 / 2.00 MB | 50.0 | +2.5 | +10.0 | +0.050 |"
    assert row in page.read_text(encoding="utf-8")


def test_what_came_over_the_link_of_a_run_without_ros_is_told_by_its_bytes(
    finished_run: Path,
) -> None:
    file = finished_run / "report.json"
    report = json.loads(file.read_text(encoding="utf-8"))
    report["miou"]["edge_only"] = ACCURACY | {"dataset": 0.4571}
    report["bytes"] |= {"model": 250_000, "span_s": 40.0}
    file.write_text(json.dumps(report), encoding="utf-8")
    page = finished_run / "page.md"
    assert main(["results", f"live={finished_run}", "-o", str(page)]) == 0
    row = "| live | 0 of 1 | 12 s | - | - | 0.25 / 2.00 MB | 50.0 | +2.5 | +10.0 | +0.050 |"
    assert row in page.read_text(encoding="utf-8")


def test_a_run_without_ros_is_read_where_there_is_no_live_one(finished_run: Path) -> None:
    for live, offline in (("report.json", "offline.json"), ("frames.csv", "offline.csv")):
        (finished_run / live).rename(finished_run / offline)
    page = finished_run / "page.md"
    assert main(["results", f"still={finished_run}", "-o", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "| still | 3 | 1 | 0 | 1 (1 deadline) |" in text
    assert text.count("| still | edge |") == 1
    assert (finished_run / "page-still.svg").is_file()


def test_latencies_have_no_table_where_none_was_measured(finished_run: Path) -> None:
    file = finished_run / "report.json"
    report = json.loads(file.read_text(encoding="utf-8"))
    nothing = dict.fromkeys(QUANTILES)
    report["latency_ms"] = {"edge": nothing, "cloud": nothing, "all": nothing}
    file.write_text(json.dumps(report), encoding="utf-8")
    page = finished_run / "page.md"
    assert main(["results", f"still={finished_run}", "-o", str(page)]) == 0
    assert "Latency" not in page.read_text(encoding="utf-8")


def test_f_without_training_has_no_column_where_nothing_was_compared(finished_run: Path) -> None:
    file = finished_run / "report.json"
    report = json.loads(file.read_text(encoding="utf-8"))
    report["miou"]["edge_untrained"] |= {"frame_mean": None, "dataset": None}
    file.write_text(json.dumps(report | {"updates": []}), encoding="utf-8")
    page = finished_run / "page.md"
    assert main(["results", f"live={finished_run}", "-o", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "| screw | 0.250 | 0.250 | 0.375 | 0.375 |" in text
    assert "f without training, data set" not in text
    assert "Updates" not in text
    assert "Gain from training" not in text


def test_a_run_that_was_stopped_early_is_marked(finished_run: Path) -> None:
    file = finished_run / "report.json"
    write_report(file, read_report(file).model_copy(update={"complete": False}))
    page = finished_run / "page.md"
    assert main(["results", f"live={finished_run}", "-o", str(page)]) == 0
    rows = [line for line in page.read_text(encoding="utf-8").splitlines() if "| live" in line]
    # Runs, frames, accuracy, what training has brought and costs, and three of latency.
    assert len(rows) == 8
    assert all(row.startswith("| live (stopped early) |") for row in rows)


def test_only_the_figures_that_were_asked_for(
    finished_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = finished_run / "page.md"
    runs = [f"a={finished_run}", f"b={finished_run}", "-o", str(page), "--figures"]
    assert main(["results", *runs, "b"]) == 0
    assert "![page-b.svg]" in page.read_text(encoding="utf-8")
    assert [path.name for path in finished_run.glob("*.svg")] == ["page-b.svg"]
    assert main(["results", *runs, "c"]) == 2
    assert "--figures names c, which is none of a, b" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--window", "0"], "--window is 0: it must be at least 1"),
        (["live=elsewhere"], "two runs have the name live: give each its own"),
    ],
)
def test_arguments_that_cannot_be_meant(
    arguments: list[str], complaint: str, finished_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = finished_run / "page.md"
    assert main(["results", f"live={finished_run}", *arguments, "-o", str(page)]) == 2
    assert complaint in capsys.readouterr().err
    assert not page.exists()


@pytest.mark.parametrize(
    ("run", "complaint"),
    [
        ("nothing", "is not NAME=DIR"),
        ("a/b=x", "is not NAME=DIR"),
        (
            "run=nowhere",
            "nowhere/report.json is missing: `laecips replay BAG --out nowhere` makes it",
        ),
    ],
)
def test_bad_input_is_one_line(
    run: str, complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["results", run, "-o", str(tmp_path / "page.md")]) == 2
    error = capsys.readouterr().err
    assert complaint in error
    assert len(error.splitlines()) == 1
