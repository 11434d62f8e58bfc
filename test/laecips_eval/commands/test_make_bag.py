"""`laecips make-bag`."""

import argparse
from pathlib import Path

import pytest
from laecips_eval.bags import open_bag
from laecips_eval.commands import make_bag

REAL = Path(__file__).resolve().parents[3].parent / "shared" / "camvid"


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    make_bag.add_arguments(parser)
    return make_bag.run(parser.parse_args(arguments))


@pytest.mark.slow
def test_inspection(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bag"
    options = ("--frames", "5", "--seed", "3", "--rate", "20", "-o", str(path))
    assert run("--dataset", "inspection", *options) == 0
    assert "bag: 5 frames, 0.2 MB" in capsys.readouterr().out
    stamps = [frame.stamp_ns for frame in open_bag(path).frames()]
    assert stamps[1] - stamps[0] == 50_000_000


@pytest.mark.skipif(not REAL.is_dir(), reason=f"CamVid is not at {REAL}: it is no part of a clone")
def test_camvid(tmp_path: Path) -> None:
    path = tmp_path / "bag"
    source = ("--root", str(REAL), "--splits", "task2, task3")
    assert run("--dataset", "camvid", *source, "-o", str(path)) == 0
    bag = open_bag(path)
    assert [(part.name, part.start, part.stop) for part in bag.segments] == [
        ("task2", 0, 51),
        ("task3", 51, 101),
    ]
    assert len(bag.truth()) == 101
    assert bag.classes[0] == "sky"


@pytest.mark.parametrize(
    ("splits", "segments"),
    [((), [("all", 0, 10)]), (("--splits", "dusk,day"), [("dusk", 0, 2), ("day", 2, 5)])],
)
def test_a_folder_of_ones_own(
    splits: tuple[str, ...], segments: list[tuple[str, int, int]], camvid: Path, tmp_path: Path
) -> None:
    path = tmp_path / "bag"
    assert run("--dataset", "folder", "--root", str(camvid), *splits, "-o", str(path)) == 0
    bag = open_bag(path)
    assert [(part.name, part.start, part.stop) for part in bag.segments] == segments
    assert len(bag.truth()) == segments[-1][2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("camvid", "--root", "x"), "camvid needs --splits"),
        (("camvid", "--splits", "a"), "camvid needs a root"),
        (("camvid", "--root", "/nonexistent", "--splits", "a"), "/nonexistent: no such folder"),
        (("inspection", "--splits", "a"), "--root and --splits are a folder's"),
        (("inspection", "--frames", "2"), "2 frames are too few"),
        (("inspection", "--rate", "0"), "give a rate above 0"),
    ],
)
def test_errors(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        run("--dataset", *arguments, "-o", str(tmp_path / "bag"))
    assert not list(tmp_path.iterdir())
