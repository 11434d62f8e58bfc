"""The benchmark job, run by Ianvs itself and its Sedna."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from laecips_eval.scoring.frame_log import read_rows

if TYPE_CHECKING:
    from laecips_edge.core.bundle.bundle import Bundle

HERE = Path(__file__).resolve().parents[3] / "integrations" / "ianvs"
CHOSEN = ("h", "spp", "edge", "cloud")
"""The tiny bundle has no thresholds for the other miners."""


def small_job(folder: Path, bundle: Path) -> Path:
    """The job's own files, with another bundle and some of the miners."""
    shutil.copytree(HERE, folder)
    parameters = {
        "edge": {"ros__parameters": {"bundle": str(bundle)}},
        "cloud": {"ros__parameters": {"bundles": [str(bundle)]}},
    }
    (folder / "parameters.yaml").write_text(yaml.safe_dump(parameters))
    path = folder / "benchmarkingjob.yaml"
    job = yaml.safe_load(path.read_text())
    algorithms = job["benchmarkingjob"]["test_object"]["algorithms"]
    algorithms[:] = [each for each in algorithms if each["name"] in CHOSEN]
    path.write_text(yaml.safe_dump(job))
    return path


def leaderboard(printed: str) -> dict[str, dict[str, str]]:
    """The rows of the table that Ianvs prints, by algorithm."""
    lines = [line.split("|")[1:-1] for line in printed.splitlines() if line.startswith("|")]
    head, *rows = [[cell.strip() for cell in line] for line in lines]
    return {row[head.index("algorithm")]: dict(zip(head, row, strict=True)) for row in rows}


@pytest.mark.slow
def test_it_prints_a_leaderboard(
    upstream: Any, tmp_path: Path, frames: Any, tiny_bundle: Bundle
) -> None:
    job = small_job(tmp_path / "integrations" / "ianvs", tiny_bundle.path)
    (tmp_path / "out" / "ianvs").mkdir(parents=True)
    (tmp_path / "out" / "ianvs" / "frames").symlink_to(Path(frames.pictures[0]).parents[1])
    done = subprocess.run(
        [upstream.python, str(upstream.folder / "ianvs" / "benchmarking.py"), "-f", str(job)],
        cwd=tmp_path,
        env=upstream.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    board = leaderboard(done.stdout)
    assert set(board) == set(CHOSEN)
    assert (board["edge"]["CUR"], board["cloud"]["CUR"]) == ("0.0", "1.0")
    assert {row["frames"] for row in board.values()} == {str(len(frames.pictures))}
    rows = read_rows(tmp_path / "out/ianvs/workspace/laecips/h/frames.csv")
    hard = [row for row in rows if row.source == "cloud"]
    assert board["h"]["CUR"] == str(round(len(hard) / len(rows), 4))
    assert 0 < len(hard) < len(rows)


@pytest.mark.slow
def test_the_hook_of_lifelong_learning(upstream: Any, frames: Any, tiny_bundle: Bundle) -> None:
    """Made and called as Sedna's lifelong learning does, on a data source of Sedna."""
    code = f"""
import sys
sys.path.insert(0, {str(HERE)!r})
import laecips_ianvs
from sedna.common.class_factory import ClassFactory, ClassType
from sedna.datasources import TxtDataParse
samples = TxtDataParse(data_type="eval")
samples.parse({str(Path(frames.pictures[0]).parents[1] / "index.txt")!r})
recognise = ClassFactory.get_cls(ClassType.UTD, "LaecipsUnseenSamples")(
    {{"seen_task": "none"}}, estimator=object(), bundle={str(tiny_bundle.path)!r}
)
for part in recognise(samples):
    print(type(part).__name__, part.num_examples(), len(part.y))
"""
    done = subprocess.run(
        [upstream.python, "-c", code],
        cwd=Path(frames.pictures[0]).parents[1],
        env=upstream.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    kinds, counts, truths = zip(*(line.split() for line in done.stdout.splitlines()), strict=True)
    assert set(kinds) == {"TxtDataParse"}
    assert counts == truths
    assert sum(map(int, counts)) == len(frames.pictures)
    assert "0" not in counts
