"""The report: keys, invariants, reading and writing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from laecips_eval.reports.report import ReportError, read_report, write_report

GOLDEN = Path(__file__).with_name("learned_run.json")


def content() -> dict[str, Any]:
    """A report as JSON has it."""
    loaded: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return loaded


def test_keys_order_and_numbers_stay_what_they_are(learned_run: Any, tmp_path: Path) -> None:
    """`learned_run.json` was written before reports were typed: other tools read such files."""
    path = tmp_path / "report.json"
    write_report(path, learned_run.report)
    assert path.read_bytes() == GOLDEN.read_bytes()
    assert [file.name for file in tmp_path.iterdir()] == ["report.json"]


def test_what_was_written_is_read(learned_run: Any, bare_run: Any, tmp_path: Path) -> None:
    for run in (learned_run, bare_run):
        write_report(tmp_path / "report.json", run.report)
        assert read_report(tmp_path / "report.json") == run.report


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
    del report["updates"][1]["gate"]


def count_half_a_frame(report: dict[str, Any]) -> None:
    report["updates"][0]["frame"] = 0.5


def promote_by_number(report: dict[str, Any]) -> None:
    report["updates"][0]["promoted"] = 1


def list_one(report: dict[str, Any]) -> None:
    report["updates"] = report["updates"][0]


def nest(report: dict[str, Any]) -> None:
    report["over_last"] = [{"segments": 1, "frames": 1, "miou": {}}]


def name_a_recall(report: dict[str, Any]) -> None:
    report["miou"]["edge_untrained"]["recall"]["screw"] = "0.5"


def divide_by_nothing(report: dict[str, Any]) -> None:
    report["cur"] = float("nan")


def list_parameters(report: dict[str, Any]) -> None:
    report["setup"]["parameters"]["edge"] = ["policy"]


def name_by_number(report: dict[str, Any]) -> None:
    report["bag"]["name"] = 5


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (drop, r"latency_ms.cloud.p95 is missing"),
        (miscount, r"frames is 40, but answered + dropped is 40 + 1"),
        (misattribute, r"the reasons in fallback add up to 11, but answered.edge_fallback is 10"),
        (mistype, "sent is True, not a whole number"),
        (flag, "complete is 1, not true or false"),
        (invent, "bytes.sideways is not a key of the report"),
        (forget_a_key, "updates[1].gate is missing"),
        (count_half_a_frame, "updates[0].frame is 0.5, not a whole number"),
        (promote_by_number, "updates[0].promoted is 1, not true or false"),
        (list_one, "updates is not a list"),
        (nest, "over_last[0].published is missing"),
        (name_a_recall, "miou.edge_untrained.recall.screw is '0.5', not a number"),
        (divide_by_nothing, "cur is nan, not a finite number"),
        (list_parameters, "setup.parameters.edge is not an object"),
        (name_by_number, "bag.name is 5, not a text"),
    ],
)
def test_a_broken_report_is_one_line_that_names_file_and_key(
    tmp_path: Path, spoil: Callable[[dict[str, Any]], None], message: str
) -> None:
    path = tmp_path / "report.json"
    report = content()
    spoil(report)
    path.write_text(json.dumps(report), encoding="utf-8")
    with pytest.raises(ReportError) as raised:
        read_report(path)
    assert str(raised.value) == f"{path} is not a report of a replay: {message}"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (b"", "no JSON, EOF while parsing a value at line 1 column 0"),
        (b'{"frames": 3', "no JSON, EOF while parsing an object at line 1 column 12"),
        (b"\xff", "no JSON, "),
        (b"[]", "it is not an object"),
        (b"{}", "complete is missing"),
        (b'{"name": "a package", "version": "1"}', "complete is missing"),
    ],
)
def test_a_file_that_is_no_report_is_named(tmp_path: Path, written: bytes, message: str) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(written)
    with pytest.raises(ReportError) as raised:
        read_report(path)
    assert str(raised.value).startswith(f"{path} is not a report of a replay: {message}")
    assert len(str(raised.value).splitlines()) == 1


def test_a_report_that_is_missing_says_what_makes_it(tmp_path: Path) -> None:
    path = tmp_path / "nope" / "report.json"
    with pytest.raises(ReportError, match=rf"{path} is missing: `laecips replay BAG --out .*nope`"):
        read_report(path)


def test_a_report_that_cannot_be_written_leaves_nothing(learned_run: Any, tmp_path: Path) -> None:
    learned_run.change({"setup.parameters": {"edge": {"deadline_s": float("inf")}}})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_report(tmp_path / "report.json", learned_run.report)
    assert not list(tmp_path.iterdir())
