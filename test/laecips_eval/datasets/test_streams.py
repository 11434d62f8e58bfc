"""Streams show what a robot would see, with the truth beside it."""

import re
from pathlib import Path

import numpy as np
import pytest
from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.frame_folder import FrameFolder
from laecips_edge.core.image.codecs import encode_jpeg
from laecips_edge.core.image.image_messages import decode_compressed
from laecips_eval.bags import open_bag
from laecips_eval.datasets import streams
from laecips_eval.datasets.streams import CamVidStream, InspectionStream
from laecips_eval.inspection_scene.bag_recipes import (
    MAIN,
    MAIN_PATROL,
    PATROL,
    SHIFT,
    SMOKE,
    BagRecipe,
)
from laecips_eval.inspection_scene.classes import CLASSES
from laecips_eval.inspection_scene.make_bags import draw_frame

SMOKE_BAG = Path(__file__).resolve().parents[3] / "rosbags" / "smoke"


@pytest.mark.slow
def test_its_frames_are_those_of_the_bag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MAIN", SMOKE)  # whose bag is here
    bag = open_bag(SMOKE_BAG)
    truth = bag.truth()
    stored = list(bag.frames())
    stream = InspectionStream(seed=SMOKE.seed, every=15)
    assert stream.segments == tuple(segment.name for segment in bag.segments)
    wanted = [i for segment in bag.segments for i in range(segment.start, segment.stop, 15)]
    assert len(stream) == len(wanted) == 10
    for index, frame in zip(wanted, stream, strict=True):
        (segment,) = [s.name for s in bag.segments if s.start <= index < s.stop]
        assert frame.segment == segment
        np.testing.assert_array_equal(frame.rgb, stored[index].rgb())
        np.testing.assert_array_equal(frame.truth, truth[stored[index].stamp_ns])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("drive", "seed", "recipe"),
    [(SHIFT, 0, MAIN), (SHIFT, 3, MAIN.seeded(3)), (PATROL, 3, MAIN_PATROL.seeded(3))],
    ids=["shift 0", "shift 3", "patrol 3"],
)
def test_it_is_the_demos_drive_of_that_seed(drive: str, seed: int, recipe: BagRecipe) -> None:
    stream = InspectionStream(seed=seed, every=360, drive=drive)
    assert stream.classes == CLASSES
    assert stream.segments == tuple(segment.name for segment in recipe.segments)
    assert len(stream) == 1800 / 360 + (drive == PATROL)  # of a third, frames 0 and 360
    first, again = next(iter(stream)), next(iter(stream))
    image, label = draw_frame(recipe, 0)
    jpeg = encode_jpeg(image, MAIN.jpeg_quality)
    assert first.segment == again.segment == recipe.segments[0].name
    np.testing.assert_array_equal(first.rgb, decode_compressed(jpeg))
    np.testing.assert_array_equal(first.truth, label)
    np.testing.assert_array_equal(again.rgb, first.rgb)


@pytest.mark.parametrize(
    ("every", "count"), [(1, 1800), (5, 360), (7, 5 * 52), (359, 10), (360, 5), (5000, 5)]
)
def test_every_so_many_of_each_segment(every: int, count: int) -> None:
    assert len(InspectionStream(every=every)) == count


@pytest.mark.parametrize(
    ("splits", "every", "seen"),
    [
        (["day", "dusk"], 1, [("day", 0), ("day", 1), ("day", 2), ("dusk", 0), ("dusk", 1)]),
        (["dusk", "day"], 2, [("dusk", 0), ("day", 0), ("day", 2)]),
        (["day"], 9, [("day", 0)]),
    ],
)
def test_splits_of_camvid_are_segments(
    camvid: Path, splits: list[str], every: int, seen: list[tuple[str, int]]
) -> None:
    stream = CamVidStream(camvid, splits, every=every)
    assert stream.segments == tuple(splits)
    assert stream.classes == ("belt", "part", "screw", "scratch")
    assert len(stream) == len(seen)
    for _ in range(2):  # anew each time
        for frame, (split, index) in zip(stream, seen, strict=True):
            _, image, label = FrameFolder(camvid, split)[index]
            assert frame.segment == split
            assert frame.rgb.flags.c_contiguous
            np.testing.assert_array_equal(frame.rgb, image)
            np.testing.assert_array_equal(frame.truth, label)


def test_an_unknown_split_of_camvid(camvid: Path) -> None:
    message = f"{camvid} has no split 'night': it has day, dusk, pretrain"
    with pytest.raises(DatasetError, match=re.escape(message)):
        CamVidStream(camvid, ["day", "night"])
