"""A bag's labelled frames as files with an index of lines `PICTURE TRUTH`, which Ianvs reads."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import cv2
from laecips_cloud.training.data.time_blocks import spread
from laecips_edge.core.image.codecs import encode_png

from laecips_eval.bags.pictures import BagFrame
from laecips_eval.bags.reader import Bag
from laecips_eval.bags.topics import BagError

INDEX: Final = "index.txt"
PICTURES, TRUTH = "pictures", "truth"
"""Folders beside the index; a file's name is the stamp of its frame in nanoseconds."""

Progress = Callable[[int, int], None]


def write_picture_index(
    bag: Bag,
    path: Path,
    *,
    most: int | None = None,
    progress: Progress = lambda done, total: None,
) -> int:
    """Write the frames of a bag that have truth.

    A JPEG of the bag is written as it is, any other picture as PNG: f sees the same pixels as in a
    replay of the bag, and the robot sends the same bytes.

    Args:
        bag: the bag.
        path: the new folder.
        most: most frames, evenly spread; None: all.
        progress: called with frames done and in all.

    Returns:
        The number of frames.

    Raises:
        BagError: the bag has no truth or is damaged, something is at `path`, or the path has a
            space in it, at which Ianvs splits.
        OSError: it cannot be written.
    """
    truth = bag.truth()
    stamps = [frame.stamp_ns for frame in bag.frames() if frame.stamp_ns in truth]
    if not stamps:
        raise BagError(f"{bag.path}: no picture has truth, and a benchmark scores: record it too")
    if most is not None and most < 1:
        raise BagError(f"{most} frames: give at least 1")
    if path.exists():
        raise BagError(f"{path}: there already; remove it, or name another folder")
    if len(str(path.resolve()).split()) != 1:
        raise BagError(f"{path.resolve()}: has a space in it, at which Ianvs splits; name another")
    chosen = set(spread(stamps, most or len(stamps)))
    draft = path.with_name(f".{path.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    for folder in (PICTURES, TRUTH):
        (draft / folder).mkdir(parents=True)
    lines: list[str] = []
    for frame in bag.frames():
        if frame.stamp_ns not in chosen:
            continue
        data, ending = _picture(frame)
        picture, label_map = f"{PICTURES}/{frame.stamp_ns}{ending}", f"{TRUTH}/{frame.stamp_ns}.png"
        (draft / picture).write_bytes(data)
        (draft / label_map).write_bytes(encode_png(truth[frame.stamp_ns], areas=True))
        lines.append(f"{picture} {label_map}\n")
        progress(len(lines), len(chosen))
    (draft / INDEX).write_text("".join(lines), encoding="utf-8")
    draft.rename(path)
    return len(lines)


def _picture(frame: BagFrame) -> tuple[bytes, str]:
    """Return a picture's file and its ending; BagError if the picture is damaged."""
    rgb = frame.rgb()
    jpeg = frame.picture().jpeg()
    if jpeg is not None:
        return jpeg, ".jpg"
    return bytes(cv2.imencode(".png", rgb[:, :, ::-1])[1].tobytes()), ".png"
