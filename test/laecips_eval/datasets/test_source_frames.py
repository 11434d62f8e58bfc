"""The folders of source frames; a few of them, as drawing one takes its time."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from laecips_cloud.training.data.frame_folder import HELD_OUT, FrameFolder
from laecips_eval.datasets.inspection import SPLITS, InspectionFrames
from laecips_eval.datasets.source_frames import SHIPPED_FRAMES, ensure_source, write_source
from laecips_eval.datasets.training_frames import Slice
from laecips_eval.inspection_scene import bag_recipes
from laecips_eval.inspection_scene.classes import CLASSES
from trainer_robot import ColourFrames

pytestmark = pytest.mark.slow

NAMES = ["000000-train-0000-0", "000001-train-0074-7", "000002-held_out-0000-0"]
Ensure = Callable[..., Path]


@pytest.fixture
def ensure() -> Ensure:
    """Three frames in the place of 180."""
    return lambda folder, **options: ensure_source(folder, learnt=2, held_out=1, **options)


TOLD = list[tuple[int, int]]()
"""The progress of its drawing."""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drawn once for the tests that only look."""
    folder = tmp_path_factory.mktemp("cache")
    return ensure_source(folder, learnt=2, held_out=1, progress=lambda *news: TOLD.append(news))


def test_the_frames_are_those_of_the_splits(drawn: Path) -> None:
    folder = FrameFolder(drawn)
    assert tuple(folder.classes) == tuple(CLASSES)
    assert [folder[i].name for i in range(len(folder))] == NAMES
    last = SHIPPED_FRAMES - 1
    expected = (InspectionFrames("train")[0], InspectionFrames("train")[last])
    for index, frame in enumerate((*expected, InspectionFrames("held_out")[0])):
        np.testing.assert_array_equal(folder[index].image, frame.image)
        np.testing.assert_array_equal(folder[index].label, frame.label)


def test_only_what_no_f_has_learnt_from_is_held_out(drawn: Path) -> None:
    assert (drawn / HELD_OUT).read_text(encoding="utf-8").split() == NAMES[2:]
    learnt, held_out = FrameFolder(drawn).split(100)
    assert [frame.name for frame in learnt] == NAMES[:2]
    assert [frame.name for frame in held_out] == NAMES[2:]


def test_no_stream_of_a_bag_is_in_it() -> None:
    """The first key of the stream is what keeps their random numbers apart."""
    drives = (bag_recipes.STREAM, bag_recipes.PATROL_STREAM)
    assert len({*(stream for stream, _ in SPLITS.values()), *drives}) == len(SPLITS) + 2


def test_it_is_drawn_once(ensure: Ensure, drawn: Path) -> None:
    assert TOLD[-1] == (3, 3)
    assert {done for done, _ in TOLD} == {1, 2, 3}
    before = {file: file.stat().st_mtime_ns for file in drawn.rglob("*")}
    told: list[tuple[int, int]] = []
    assert ensure(drawn.parent, progress=lambda *news: told.append(news)) == drawn
    assert told == []
    assert {file: file.stat().st_mtime_ns for file in drawn.rglob("*")} == before
    assert list(drawn.parent.iterdir()) == [drawn]


def test_stopped_in_the_middle_nothing_is_taken_for_the_folder(
    ensure: Ensure, tmp_path: Path
) -> None:
    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ensure(tmp_path, progress=stop)
    (draft,) = tmp_path.iterdir()
    assert draft.name.startswith(".")
    path = ensure(tmp_path)
    assert list(tmp_path.iterdir()) == [path]
    assert len(FrameFolder(path)) == 3


def test_a_damaged_folder_is_drawn_anew(ensure: Ensure, drawn: Path, tmp_path: Path) -> None:
    path = shutil.copytree(drawn, tmp_path / drawn.name)
    (path / "labels" / f"{NAMES[1]}.png").unlink()
    (path / "images" / "stray.png").write_bytes(b"")
    assert ensure(tmp_path) == path
    assert sorted(file.stem for file in (path / "images").iterdir()) == NAMES
    assert len(FrameFolder(path)) == 3


@pytest.mark.parametrize(
    ("learnt", "held_out", "first", "second"),
    [
        (3, 2, ["0", "4", "9"], ["10", "14"]),  # linspace(0, 9, 3) rounds 4.5 to 4
        (1, 1, ["0"], ["10"]),
        (99, 99, [str(i) for i in range(10)], [str(i) for i in range(10, 15)]),
    ],
)
def test_each_part_is_evenly_spread(
    tmp_path: Path, learnt: int, held_out: int, first: list[str], second: list[str]
) -> None:
    frames = ColourFrames(15)
    parts = Slice(frames, range(10)), Slice(frames, range(10, 15))
    path = tmp_path / "source"
    assert write_source(*parts, path, learnt=learnt, held_out=held_out) == len(first + second)
    kept = FrameFolder(path).split(100)
    assert [[frame.name.split("-")[-1] for frame in part] for part in kept] == [first, second]


@pytest.mark.parametrize(("learnt", "held_out"), [(0, 5), (5, 0)])
def test_none_of_one_kind_will_not_do(tmp_path: Path, learnt: int, held_out: int) -> None:
    frames = ColourFrames(2)
    with pytest.raises(ValueError, match=f"source frames: {learnt} to learn and {held_out} held"):
        write_source(frames, frames, tmp_path / "source", learnt=learnt, held_out=held_out)
    assert list(tmp_path.iterdir()) == []
