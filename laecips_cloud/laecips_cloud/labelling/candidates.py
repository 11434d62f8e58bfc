"""From frames of the replay buffer to candidates for labelling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import cv2
import numpy as np
from laecips_edge.core.image.codecs import ImageError
from laecips_edge.core.image.image_messages import decode_compressed
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.link import wire
from numpy.typing import NDArray

from laecips_cloud.labelling.selection import Candidate
from laecips_cloud.replay_buffer.reader import ReplayReader
from laecips_cloud.replay_buffer.replay_frame import ReplayFrame

_THUMBNAIL: Final = 8  # pixels a side
_NO_CLASS: Final = 255


class Opinion(NamedTuple):
    """What f and h say of a picture.

    Attributes:
        label_map: uint8 [H, W], f's classes.
        trust: h's trust in it, in [0, 1].
    """

    label_map: NDArray[np.uint8]
    trust: float


Robot = Callable[[NDArray[np.uint8]], Opinion]
"""The pair that robots run: RGB uint8 [H, W, 3] -> its opinion."""


def robot_of(segmenter: Segmenter) -> Robot:
    """Return the opinion of a pair."""

    def opinion(image: NDArray[np.uint8]) -> Opinion:
        prediction = segmenter.predict(image)
        return Opinion(prediction.label_map, segmenter.trust(prediction.logits))

    return opinion


def candidate_of(frame: ReplayFrame, *, classes: int, robot: Robot | None = None) -> Candidate:
    """Look at a stored frame.

    Args:
        frame: a frame of the replay buffer.
        classes: M, number of classes of its labels.
        robot: the pair to ask for its trust, and to compare with F; None: the trust is that of the
            upload, and the disagreement unknown.

    Raises:
        ValueError: the frame is damaged; the message names it.
    """
    try:
        image = decode_compressed(frame.picture, "jpeg")
        size = (image.shape[0], image.shape[1])
        stored = frame.human_label_map or frame.label_map
        label_map = wire.decode_label_map(stored, size, classes)
    except (ImageError, ValueError) as error:
        raise ValueError(
            f"frame {frame.request_id!r}: {error}; it cannot be labelled, prune removes it"
        ) from error
    trust, disagreement = frame.trust, float("nan")
    if robot is not None:
        opinion = robot(image)
        known = label_map != _NO_CLASS
        differs = known & (opinion.label_map != label_map)
        trust, disagreement = opinion.trust, float(differs.sum() / max(1, known.sum()))
    return Candidate(frame.request_id, trust, disagreement, look_of(image, label_map, classes))


def look_of(
    image: NDArray[np.uint8], label_map: NDArray[np.uint8], classes: int
) -> NDArray[np.float32]:
    """Return what a frame looks like: its mix of classes, and a thumbnail.

    Args:
        image: uint8 [H, W, 3], RGB.
        label_map: uint8 [H, W], class indices, 255 for no class.
        classes: M, number of classes.

    Returns:
        float32 [M + 192]; both parts weigh about the same.
    """
    shares = np.bincount(label_map[label_map != _NO_CLASS].ravel(), minlength=classes)
    # The root lets a scratch of few pixels count beside a background of many.
    mix = np.sqrt(shares / max(1, shares.sum()))
    small = cv2.resize(image, (_THUMBNAIL, _THUMBNAIL), interpolation=cv2.INTER_AREA)
    thumbnail = np.asarray(small, np.float32).ravel() / (255 * np.sqrt(small.size))
    return np.concatenate([mix, thumbnail]).astype(np.float32)


class Offered(NamedTuple):
    """The frames of a replay buffer, for the selection.

    Attributes:
        candidates: frames without a person's label that are in no task.
        labelled: looks of the others.
        damaged: why frames cannot be offered, one line each.
    """

    candidates: list[Candidate]
    labelled: list[NDArray[np.float32]]
    damaged: list[str]


def offered(
    reader: ReplayReader,
    *,
    since_ns: int = 0,
    until_ns: int = 2**63 - 1,
    robot: Robot | None = None,
) -> Offered:
    """Look at the frames of `since_ns <= received_ns < until_ns`, one at a time.

    Args:
        reader: the replay buffer.
        since_ns: start, inclusive.
        until_ns: end, exclusive.
        robot: the pair that robots run, see `candidate_of`.

    Raises:
        ReplayBufferError: the file cannot be read.
    """
    classes = len(reader.classes())
    found = Offered([], [], [])
    for frame in reader.read(since_ns, until_ns):
        taken = bool(frame.human_label_map or frame.label_task)
        try:
            candidate = candidate_of(frame, classes=classes, robot=None if taken else robot)
        except ValueError as error:
            found.damaged.append(str(error))
            continue
        if taken:
            found.labelled.append(candidate.look)
        else:
            found.candidates.append(candidate)
    return found
