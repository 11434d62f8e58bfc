"""A replay buffer of few frames, of which some are labelled."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from laecips_cloud.replay_buffer.buffer import ReplayBuffer
from laecips_cloud.replay_buffer.replay_frame import ReplayFrame
from laecips_edge.core.image.image_messages import encode_jpeg
from laecips_edge.core.link import wire

CLASSES = ("background", "scratch", "dent & nick")
SIZE = (30, 40)

FrameOf = Callable[..., ReplayFrame]


def answer(number: int) -> np.ndarray:
    """A scratch over background, specks of dents, and rows of no class: uint8 [30, 40]."""
    label = np.zeros(SIZE, np.uint8)
    label[5:15, 8 : 20 + number] = 1
    label[20, 3] = label[22, 30] = 2
    label[28:] = 255
    return label


@pytest.fixture
def frame_of() -> FrameOf:
    def it(number: int, **fields: object) -> ReplayFrame:
        common: dict = {
            "request_id": f"bot/{number}",
            "robot": "bot",
            "stamp_ns": number,
            "received_ns": number * 10**9,
            "bundle_version": 1,
            "why": "hard",
            "trust": 0.1 * number,
            "picture": encode_jpeg(np.full((*SIZE, 3), 20 * number, np.uint8), 90),
            "depth": b"",
            "label_map": wire.encode_label_map(answer(number)),
            "confidence_map": wire.encode_confidence_map(np.full(SIZE, 200, np.uint8)),
        }
        return ReplayFrame(**common | fields)

    return it


@pytest.fixture
def buffer(tmp_path: Path, frame_of: FrameOf) -> Iterator[ReplayBuffer]:
    it = ReplayBuffer(tmp_path / "replay.sqlite", classes=CLASSES)
    for number in range(5):
        it.append(frame_of(number))
    yield it
    it.close()
