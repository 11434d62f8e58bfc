"""Findings of a replay that has ended, against what its scoreboard counted meanwhile."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from finished_replay import BY_CLOUD, FRAMES, SETTINGS, FinishedReplay
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image.codecs import encode_jpeg
from laecips_eval.bags import BagWriter, Legend, open_bag
from laecips_eval.reports.result_findings import ResultFindings, score_result


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Bundle) -> FinishedReplay:
    return FinishedReplay(tmp_path_factory.mktemp("run"), tiny_bundle)


def scored(run: FinishedReplay, **changed: Any) -> ResultFindings:
    arguments = {
        "report": run.report,
        "rows": run.rows,
        "bag": run.bag,
        "versions": run.folder / "library/versions",
        "settings": SETTINGS,
    }
    return score_result(run.folder / "result.mcap", **(arguments | changed))


def test_figures_are_those_that_the_run_counted(run: FinishedReplay) -> None:
    result = scored(run)
    assert (result.frames, result.run_again, result.differing) == (FRAMES, len(BY_CLOUD), 0)
    assert result.figures == run.board.measured().findings
    assert sum(it.published.found for it in result.figures) >= len(BY_CLOUD)
    assert any(it.edge_only != it.published for it in result.figures)


def test_what_the_robot_would_confirm_is_scored_too(run: FinishedReplay) -> None:
    once = replace(SETTINGS, confirm=1, looks=1, most=256)
    result = scored(run, settings=once)
    assert result.reported == {it.name: it.published for it in result.figures}
    assert result.findings > 0
    never = scored(run, settings=replace(SETTINGS, confirm=FRAMES + 1, looks=FRAMES + 1))
    assert never.findings == 0
    assert {it.shown for it in never.reported.values()} == {0}


def test_another_map_than_in_the_run_is_counted(run: FinishedReplay) -> None:
    rows = [replace(row, checksum_now=1) for row in run.rows]
    assert scored(run, rows=rows).differing == len(BY_CLOUD)


def test_a_version_that_is_gone_is_named(run: FinishedReplay) -> None:
    with pytest.raises(ValueError, match=r"none/000002 is missing: f alone cannot be run again"):
        scored(run, versions=Path("none"))


def test_a_bag_without_truth_is_refused(run: FinishedReplay, tmp_path: Path) -> None:
    with BagWriter(tmp_path / "bag", legend=Legend(), rate_hz=10) as writer:
        writer.add(encode_jpeg(np.zeros((96, 128, 3), np.uint8), 90), None)
    with pytest.raises(ValueError, match="has no truth"):
        scored(run, bag=open_bag(tmp_path / "bag"))
