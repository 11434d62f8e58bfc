"""The experiment `miners` as a whole, with the shipped networks."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from laecips_edge.cli import main
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image.codecs import encode_jpeg, encode_png
from laecips_eval.bags import BagWriter, Legend
from laecips_eval.experiments.miners.run import BagStream, BundleAndTeacher, run_miners
from laecips_eval.experiments.miners.settings import MinersSettings

pytestmark = pytest.mark.slow

SETTINGS = MinersSettings(
    drives=[], seeds=[0], frames=15, every=2, resamples=20, block=30, random_draws=2
)


def test_a_page_with_its_figures_which_goes_on_where_it_stopped(tmp_path: Path) -> None:
    page, models = tmp_path / "page" / "mine.md", tmp_path / "models"
    drives = ["--drive", "patrol", "--seeds", "0", "1", "--frames", "9", "--every", "3"]
    options = ["-o", str(page), "--models", str(models), *drives]
    assert main(["experiment", "miners", *options]) == 0
    text = page.read_text()
    assert "    laecips experiment miners " + " ".join(drives) in text
    assert "## The drive `patrol`" in text
    assert text.count("\n| 0 | 3 |") == text.count("\n| 1 | 3 |") == 1
    figures = {"mine-patrol-scores.svg", "mine-patrol-curves.svg"}
    assert {it.name for it in page.parent.iterdir()} == {"mine.md", *figures}
    assert len(list((models / "bags").iterdir())) == 2
    before = {it: it.stat().st_mtime_ns for it in (models / "tables").iterdir()}
    assert len(before) == 2
    assert main(["experiment", "miners", *options]) == 0
    assert {it: it.stat().st_mtime_ns for it in (models / "tables").iterdir()} == before
    assert page.read_text() == text


def written(path: Path, bundle: Bundle) -> Path:
    random = np.random.default_rng(len(path.name))
    manifest = bundle.manifest
    with BagWriter(path, legend=Legend(manifest.classes, manifest.palette)) as bag:
        for _ in range(3):
            picture = random.integers(0, 256, (96, 128, 3), np.uint8)
            truth = random.integers(0, 4, (96, 128), np.uint8)
            bag.add(encode_jpeg(picture, 90), encode_png(truth))
    return path


def test_streams_of_ones_own_are_measured_by_name(
    tmp_path: Path, tiny_bundle: Bundle, tiny_teacher: Path
) -> None:
    pair = BundleAndTeacher(bundle=tiny_bundle.path, teacher=tiny_teacher)
    bags = [written(tmp_path / name, tiny_bundle) for name in ("day", "night")]
    page = tmp_path / "miners.md"
    run_miners(
        page,
        SETTINGS,
        pairs=[pair],
        streams=[BagStream(name="belt", bag=bag, pair=pair) for bag in bags],
        folder=tmp_path / "models",
    )
    text = page.read_text()
    assert "## The stream `belt`" in text
    assert "All bags together: 6 frames" in text, "--every is one of drives"
    assert "`appealnet`" not in text
    assert "Each bag alone, in this order: day, night." in text
    other = shutil.copytree(tiny_bundle.path, tmp_path / "other")
    another = BundleAndTeacher(bundle=other, teacher=tiny_teacher)
    day = BagStream(name="belt", bag=bags[0], pair=pair)
    night = BagStream(name="belt", bag=bags[1], pair=pair)
    for second, message in (
        (replace(night, pair=another), "the same bundle, teacher and AppealNet"),
        (replace(night, appealnet=other), "the same bundle, teacher and AppealNet"),
        (day, "two of its bags are named day"),
    ):
        streams = [day, second]
        with pytest.raises(ValueError, match=message):
            run_miners(page, SETTINGS, pairs=[pair], streams=streams, folder=tmp_path / "models")


def test_another_pair_and_an_appealnet_are_compared_with_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = Path(__file__).resolve().parents[4] / "laecips_bringup"
    teacher = shipped / "teachers/inspection"
    first = shipped / "bundles/inspection"
    second = shutil.copytree(first, tmp_path / "again")
    third = tmp_path / "third"
    options = ["--held-out-frames", "2", "--variants", "0", "--steps", "1"]
    options += ["--teacher", str(teacher), "-o", str(third)]
    assert main(["train", "--role", "appealnet", *options]) == 0
    assert "f and its head are trained for 1 steps" in capsys.readouterr().out
    assert Bundle.load(third).manifest.training["frames"] == 1
    page = tmp_path / "miners.md"
    run_miners(
        page,
        SETTINGS.changed(drives=["shift"], every=5),
        pairs=[BundleAndTeacher(bundle=it, teacher=teacher) for it in (first, second)],
        appealnet=third,
        folder=tmp_path / "models",
    )
    assert page.read_text().count("\n| `appealnet` |") == 1
    rows = [line for line in page.read_text().splitlines() if line.startswith("| `shift` |")]
    assert [row.split(" | ")[1].split()[0] for row in rows[:2]] == ["inspection", "again"]
    assert "; third " in rows[2]
    bag = next((tmp_path / "models/bags").iterdir())
    alone = tmp_path / "streams.md"
    options = ["--models", str(tmp_path / "models"), "-o", str(alone)]
    stream = f"belt={bag},{first},{teacher},{third}"
    assert main(["experiment", "miners", "--drive", "--stream", stream, *options]) == 0
    assert f"laecips experiment miners --drive --stream {stream}\n" in alone.read_text()
    assert "## The drive" not in alone.read_text()
    assert alone.read_text().count("\n| `appealnet` |") == 1
    capsys.readouterr()
    other = ["--bundle", str(second), "--appealnet", str(tmp_path / "nowhere"), "-o", str(page)]
    assert main(["experiment", "miners", *other]) == 2
    assert "nowhere: is not there; make that of --bundle" in capsys.readouterr().err
