"""A bag's labelled frames as the data set of an Ianvs benchmark."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from laecips_edge.core.image.codecs import encode_jpeg, encode_png
from laecips_eval.bags import Bag, BagError, BagWriter, Legend, open_bag
from laecips_eval.bags.picture_index import write_picture_index

LEGEND = Legend(("sky", "road"), ((1, 2, 3), (4, 5, 6)))


def picture(index: int) -> np.ndarray:
    return np.full((16, 24, 3), 40 * index, np.uint8)


def label(index: int) -> np.ndarray:
    return np.full((16, 24), index % 2, np.uint8)


def made_bag(path: Path, *, frames: int = 5, jpeg: bool = True, last: bytes | None = None) -> Bag:
    with BagWriter(path, legend=LEGEND, rate_hz=10) as writer:
        for index in range(frames):
            png = cv2.imencode(".png", picture(index))[1].tobytes()
            data = encode_jpeg(picture(index), 90) if jpeg else png
            if last is not None and index == frames - 1:
                data = last
            writer.add(data, encode_png(label(index)))
    return open_bag(path)


def lines(path: Path) -> list[list[str]]:
    return [line.split() for line in (path / "index.txt").read_text().splitlines()]


def test_the_bags_own_files_by_their_stamps(tmp_path: Path) -> None:
    bag, path = made_bag(tmp_path / "bag"), tmp_path / "new" / "frames"
    done: list[tuple[int, int]] = []
    assert write_picture_index(bag, path, progress=lambda *at: done.append(at)) == 5
    frames = list(bag.frames())
    assert lines(path) == [
        [f"pictures/{frame.stamp_ns}.jpg", f"truth/{frame.stamp_ns}.png"] for frame in frames
    ]
    for index, (name, truth) in enumerate(lines(path)):
        assert (path / name).read_bytes() == frames[index].picture().jpeg()
        read = cv2.imread(str(path / truth), cv2.IMREAD_UNCHANGED)
        assert np.array_equal(read, label(index))
    assert done[-1] == (5, 5)


def test_frames_evenly_spread(tmp_path: Path) -> None:
    bag = made_bag(tmp_path / "bag")
    stamps = [frame.stamp_ns for frame in bag.frames()]
    assert write_picture_index(bag, tmp_path / "frames", most=3) == 3
    written = [int(Path(name).stem) for name, _ in lines(tmp_path / "frames")]
    assert written == [stamps[0], stamps[2], stamps[4]]


def test_other_pictures_lose_nothing(tmp_path: Path) -> None:
    bag = made_bag(tmp_path / "bag", frames=2, jpeg=False)
    write_picture_index(bag, tmp_path / "frames")
    for index, (name, _) in enumerate(lines(tmp_path / "frames")):
        assert name.endswith(".png")
        assert np.array_equal(cv2.imread(str(tmp_path / "frames" / name)), picture(index))


@pytest.mark.parametrize(
    ("name", "most", "message"),
    [
        ("frames", 0, "0 frames: give at least 1"),
        ("bag", None, "there already; remove it"),
        ("my frames", None, "has a space in it, at which Ianvs splits"),
    ],
)
def test_what_cannot_be_written(tmp_path: Path, name: str, most: int | None, message: str) -> None:
    bag = made_bag(tmp_path / "bag", frames=1)
    with pytest.raises(BagError, match=message):
        write_picture_index(bag, tmp_path / name, most=most)
    assert [path.name for path in tmp_path.iterdir()] == ["bag"]


def test_a_bag_without_truth(tmp_path: Path) -> None:
    with BagWriter(tmp_path / "bag", legend=LEGEND, rate_hz=10) as writer:
        writer.add(encode_jpeg(picture(1), 90), None)
    with pytest.raises(BagError, match="no picture has truth, and a benchmark scores"):
        write_picture_index(open_bag(tmp_path / "bag"), tmp_path / "frames")


def test_a_damaged_picture_is_named_and_leaves_no_folder(tmp_path: Path) -> None:
    bag = made_bag(tmp_path / "bag", frames=2, last=encode_jpeg(picture(1), 90)[:-40])
    with pytest.raises(BagError, match=r"picture with stamp \d+: .*truncated"):
        write_picture_index(bag, tmp_path / "frames")
    assert not (tmp_path / "frames").exists()
