"""A bag made of the splits of a data set, one after the other."""

from collections.abc import Callable, Sequence
from pathlib import Path

from laecips_cloud.training.data.labelled_frames import LabelledFrames
from laecips_edge.core.image.codecs import encode_jpeg, encode_png

from laecips_eval.bags.topics import BagError, Legend, Segment
from laecips_eval.bags.writer import BagWriter


def bag_splits(
    path: Path,
    splits: Sequence[tuple[str, LabelledFrames]],
    *,
    rate_hz: float,
    jpeg_quality: int,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Write a bag whose segments are splits of one data set.

    Args:
        path: folder to create; it must not exist.
        splits: (name, frames), at least one; all of the same classes.
        rate_hz: pictures per second.
        jpeg_quality: 1 to 100.
        progress: called with (frames done, frames in total).

    Returns:
        Number of frames written.

    Raises:
        BagError: there is no split, classes differ, the quality is out of range, or the path
            exists.
    """
    if not splits:
        raise BagError("a bag needs at least one split")
    if not 1 <= jpeg_quality <= 100:
        raise BagError(f"JPEG quality is {jpeg_quality}: it must lie in 1 to 100")
    first = splits[0][1]
    segments: list[Segment] = []
    for name, frames in splits:
        if tuple(frames.classes) != tuple(first.classes):
            raise BagError(f"split {name} has other classes than {splits[0][0]}")
        start = segments[-1].stop if segments else 0
        segments.append(Segment(name, start, start + len(frames)))
    legend = Legend(tuple(first.classes), tuple(first.palette), tuple(segments))
    total, done = segments[-1].stop, 0
    with BagWriter(path, legend=legend, rate_hz=rate_hz) as bag:
        for _, frames in splits:
            for index in range(len(frames)):
                frame = frames[index]
                bag.add(encode_jpeg(frame.image, jpeg_quality), encode_png(frame.label))
                done += 1
                if progress:
                    progress(done, total)
    return done
