"""Findings as a table."""

from pathlib import Path

from kept_findings import make_folder
from laecips_edge.core.findings.finding_archive import read_archive
from laecips_edge.core.findings.finding_table import findings_table


def test_a_line_for_each_finding(tmp_path: Path) -> None:
    head, first, second = findings_table(read_archive(make_folder(tmp_path)).findings).splitlines()
    assert head.split()[:3] == ["id", "class", "state"]
    assert first.split() == [
        "1", "scratch", "closed", "2025-06-15T15:06:40", "5.0", "1", "150", "25.00%", "-",
        "20x8+30+40", "0.75", "0.50", "edge", "2",
    ]  # fmt: skip
    assert second.split()[1:3] == ["dent", "open"]


def test_no_finding_is_a_head_alone() -> None:
    assert len(findings_table([]).splitlines()) == 1
