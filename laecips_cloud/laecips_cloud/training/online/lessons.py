"""Lessons: training frames from the replay buffer, labelled by F where its confidence is high."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
from laecips_edge.core.image.image_messages import decode_compressed
from laecips_edge.core.link import wire

from laecips_cloud.replay_buffer.replay_frame import ReplayFrame
from laecips_cloud.training.data.labelled_frames import UNLABELLED, LabelledFrame

MIN_CONFIDENCE: Final = 0.6
"""Default bound: of the pixels below it about half are wrong, of those above it one in thirty
(docs/results/large-models.md, *what would be taught*)."""


class Lesson(NamedTuple):
    """A frame of the replay buffer to train on.

    Attributes:
        frame: picture and labels.
        weight: weight of the frame in the training, at least 1: an audit stands for the easy
            frames that were not uploaded.
        by_person: whether a person made the labels.
        held_out: whether they are truth for the promotion gate, from which nothing learns.
        stamp_ns: stamp of the picture, by the robot's clock.
    """

    frame: LabelledFrame
    weight: float
    by_person: bool = False
    held_out: bool = False
    stamp_ns: int = 0


class LessonReader:
    """Makes lessons of stored frames, and keeps those of its last call decoded.

    Most frames of a training were in the training before, too.
    """

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._kept = dict[tuple[ReplayFrame, int, float], LabelledFrame]()

    def lessons(
        self,
        frames: Iterable[ReplayFrame],
        *,
        classes: int,
        min_confidence: float = MIN_CONFIDENCE,
        audit_weight: float = 1.0,
    ) -> list[Lesson]:
        """Return the lessons of frames, in the same order, without frames that have no label left.

        Args:
            frames: frames of the replay buffer.
            classes: M, number of classes of their labels.
            min_confidence: pixels of lower confidence get no class, in [0, 1].
            audit_weight: weight of an audit; the weight of a hard frame is 1.

        Raises:
            ValueError: see `lesson_of`.
        """
        lessons, kept = [], {}
        for frame in frames:
            key = frame, classes, min_confidence
            taught = self._kept.get(key) or lesson_of(
                frame, classes=classes, min_confidence=min_confidence
            )
            kept[key] = taught
            if (taught.label != UNLABELLED).any():
                weight = audit_weight if frame.why == "audit" else 1.0
                by_person = bool(frame.human_label_map)
                truth = by_person and frame.held_out
                lessons.append(Lesson(taught, weight, by_person, truth, frame.stamp_ns))
        self._kept = kept
        return lessons


def lesson_of(
    frame: ReplayFrame, *, classes: int, min_confidence: float = MIN_CONFIDENCE
) -> LabelledFrame:
    """Decode a stored frame; pixels of low confidence get no class.

    This does not change what the robot publishes: there each pixel keeps F's label, and has its
    confidence beside it.

    Args:
        frame: a frame of the replay buffer.
        classes: M, number of classes of its labels.
        min_confidence: pixels of lower confidence get no class, in [0, 1].

    Returns:
        The picture with F's labels, 255 for no class, named by its request_id. A person's label
        map replaces F's, and is used whole.

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
