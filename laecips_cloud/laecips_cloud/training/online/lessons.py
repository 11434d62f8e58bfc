"""What a frame of the replay buffer teaches: F's answer, as far as F was sure of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
from laecips_edge.core.image.image_messages import decode_compressed
from laecips_edge.core.link import wire

from laecips_cloud.replay_buffer.replay_frame import ReplayFrame
from laecips_cloud.training.data.labelled_frames import UNLABELLED, LabelledFrame

MIN_CONFIDENCE: Final = 0.6
"""Usual bound: about as many of the pixels below it are wrong as right, of those above it one in
thirty (docs/results/large-models.md, *what would be taught*)."""


class Lesson(NamedTuple):
    """A frame to learn from.

    Attributes:
        frame: picture and labels.
        weight: how much it counts, at least 1: an audit stands for all the easy frames that were
            not sent.
    """

    frame: LabelledFrame
    weight: float


def lessons_of(
    frames: Iterable[ReplayFrame],
    *,
    classes: int,
    min_confidence: float = MIN_CONFIDENCE,
    audit_weight: float = 1.0,
) -> list[Lesson]:
    """Lessons of frames, in their order; those that teach nothing are left out.

    Args:
        frames: of the replay buffer.
        classes: M, number of classes of their labels.
        min_confidence: below it a pixel is not taught.
        audit_weight: weight of an audit; a hard frame's is 1.
    """
    lessons = []
    for frame in frames:
        taught = lesson_of(frame, classes=classes, min_confidence=min_confidence)
        if (taught.label != UNLABELLED).any():
            lessons.append(Lesson(taught, audit_weight if frame.why == "audit" else 1.0))
    return lessons


def lesson_of(
    frame: ReplayFrame, *, classes: int, min_confidence: float = MIN_CONFIDENCE
) -> LabelledFrame:
    """Decodes a kept frame; the pixels that F was not sure of get no class.

    What the robot publishes is not touched by this: there every pixel keeps its best guess, and
    its confidence says how good that is.

    Args:
        frame: of the replay buffer.
        classes: M, number of classes of its labels.
        min_confidence: below it a pixel is not taught, in [0, 1].

    Returns:
        The picture with F's labels, 255 where there is no class; named by its request. What a
        person has said of the frame stands in the place of F's labels, and all of it is taught.

    Raises:
        ValueError: the bound is out of range, or the frame is damaged.
    """
    if not 0.0 <= min_confidence <= 1.0:
        raise ValueError(f"min_confidence is {min_confidence}: it must lie in 0 to 1")
    image = decode_compressed(frame.picture, "jpeg")
    size = (image.shape[0], image.shape[1])
    if frame.human_label_map:
        return LabelledFrame(
            frame.request_id, image, wire.decode_label_map(frame.human_label_map, size, classes)
        )
    label = wire.decode_label_map(frame.label_map, size, classes)
    confidence = wire.decode_confidence_map(frame.confidence_map, size)
    unsure = confidence < min_confidence * 255
    return LabelledFrame(
        frame.request_id, image, np.where(unsure, np.uint8(UNLABELLED), label).astype(np.uint8)
    )
