"""Opening the folder of a finished replay."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from finished_replay import FRAMES, FinishedReplay
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image.codecs import encode_jpeg, encode_png
from laecips_eval.bags import BagWriter, Legend
from laecips_eval.bags.pictures import BagFrame, CompressedPicture
from laecips_eval.drift.drifted_bag import DriftedBag
from laecips_eval.drift.recipe import DriftRecipe
from laecips_eval.reports.report import read_report, write_report
from laecips_eval.run_view.opened_run import RunError, open_run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Bundle) -> Path:
    return FinishedReplay(tmp_path_factory.mktemp("made"), tiny_bundle).folder


@pytest.fixture
def folder(tmp_path: Path, made: Path) -> Path:
    """A copy, whose report names the bag and the bundle of the original."""
    return shutil.copytree(made, tmp_path / "run")


def rewrite(folder: Path, **bag: str) -> None:
    """Change what its report says of the bag."""
    report = read_report(folder / "report.json")
    played = report.bag.model_copy(update=bag)
    write_report(folder / "report.json", report.model_copy(update={"bag": played}))


def test_a_run_is_opened_with_its_bag_and_its_bundle(folder: Path, tiny_bundle: Bundle) -> None:
    run = open_run(folder)
    assert [frame.stamp_ns for frame in run.bag.frames()] == list(run.rows)
    assert (len(run.rows), run.rate_hz) == (FRAMES, 10.0)
    assert run.bundle.manifest == tiny_bundle.manifest
    assert run.versions == folder / "library/versions"


def test_what_lies_elsewhere_is_named(folder: Path, tiny_bundle: Bundle) -> None:
    rewrite(folder, path="old/bag")
    with pytest.raises(RunError, match="old/bag that was played is gone: say with --bag"):
        open_run(folder)
    copy = shutil.copytree(tiny_bundle.path, folder.parent / "bundle")
    run = open_run(folder, bag=folder / "bag", bundle=copy)
    assert (run.bag.path, run.bundle.path) == (folder / "bag", copy)


def test_the_bundle_is_missed(folder: Path) -> None:
    with pytest.raises(RunError, match=r"bundle nowhere .* is gone: say with --bundle"):
        open_run(folder, bundle=Path("nowhere"))


def test_another_bag_is_refused(folder: Path, tmp_path: Path) -> None:
    with BagWriter(tmp_path / "bag", legend=Legend(), rate_hz=10) as writer:
        picture = CompressedPicture("jpeg", encode_jpeg(np.zeros((96, 128, 3), np.uint8), 90))
        writer.copy(BagFrame(5, "camera", picture), None)
    with pytest.raises(RunError, match="bag is not the bag that was played"):
        open_run(folder, bag=tmp_path / "bag")


def test_the_drift_is_that_of_the_run(folder: Path) -> None:
    plain = open_run(folder)
    drift = DriftRecipe.model_validate({"segments": [{"name": "dusk", "dimming": [0.2, 0.9]}]})
    rewrite(folder, drift=drift.to_json())
    run = open_run(folder)
    assert run.bag.drift == drift.to_json()
    expected = DriftedBag(plain.bag, drift)
    for found, frame in zip(run.bag.frames(), expected.frames(), strict=True):
        np.testing.assert_array_equal(found.rgb(), frame.rgb())


def test_truth_from_a_folder(folder: Path, tmp_path: Path) -> None:
    plain = open_run(folder)
    maps = tmp_path / "maps"
    maps.mkdir()
    stamp, label_map = next(iter(plain.bag.truth().items()))
    (maps / f"{stamp}.png").write_bytes(encode_png(label_map))
    assert list(open_run(folder, truth_dir=maps).bag.truth()) == [stamp]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (None, "there is no folder .*: name the --out of a `laecips replay`"),
        ([], "report.json is missing"),
        (["offline.json"], "of an offline replay, which keeps no label maps"),
    ],
    ids=["nowhere", "empty", "offline"],
)
def test_other_folders_are_refused(tmp_path: Path, files: list[str] | None, message: str) -> None:
    folder = tmp_path / "run"
    if files is not None:
        folder.mkdir()
    for name in files or ():
        (folder / name).touch()
    with pytest.raises(ValueError, match=message):
        open_run(folder)


def test_a_run_without_recording_is_refused(folder: Path) -> None:
    (folder / "result.mcap").unlink()
    with pytest.raises(RunError, match=r"no result.mcap, so no label maps: .*--no-result-bag"):
        open_run(folder)
