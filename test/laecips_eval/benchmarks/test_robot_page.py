"""The page names what the benchmarks have, and docs/results/robot.md is what the command makes."""

from pathlib import Path

from laecips_eval.benchmarks.cameras import CamerasRow
from laecips_eval.benchmarks.edge_node.latency import LatencyRow
from laecips_eval.benchmarks.edge_node.memory import MemoryRow
from laecips_eval.benchmarks.edge_node.speed import SpeedRow
from laecips_eval.benchmarks.peak import PeakRow
from laecips_eval.benchmarks.registry import BENCHMARKS
from laecips_eval.benchmarks.robot_page import ROBOT_PAGE

ROOT = Path(__file__).resolve().parents[3]
ROWS = {
    "cameras": CamerasRow,
    "node-speed": SpeedRow,
    "node-latency": LatencyRow,
    "node-memory": MemoryRow,
    "peak": PeakRow,
}


def test_parts_and_targets_are_of_benchmarks() -> None:
    assert ROBOT_PAGE.parts.keys() <= BENCHMARKS.keys()
    for target in ROBOT_PAGE.targets:
        assert target.benchmark in ROBOT_PAGE.parts
        fields = ROWS[target.benchmark]._fields
        assert {target.column, *(target.where or {})} <= set(fields)


def test_the_page_in_the_repository_is_of_this_command() -> None:
    page = (ROOT / ROBOT_PAGE.path).read_text(encoding="utf-8")
    assert ROBOT_PAGE.introduction.strip() in page
    for headline, words in ROBOT_PAGE.parts.values():
        assert f"## {headline}\n\n{words.strip()}\n" in page
