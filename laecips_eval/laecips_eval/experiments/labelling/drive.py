"""The robot's drive: frames in another light, answered by F, kept in a replay buffer."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from laecips_cloud.class_scorers import ClassScorer
from laecips_cloud.fusion.mask_fusion import fuse
from laecips_cloud.mask_generators.none import NoMasks
from laecips_cloud.replay_buffer.buffer import ReplayBuffer
from laecips_cloud.replay_buffer.replay_frame import ReplayFrame
from laecips_cloud.training.data.labelled_frames import LabelledFrame
from laecips_edge.core.image.codecs import encode_jpeg
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.link import wire
from numpy.typing import NDArray

_PERIOD_NS: Final = 10**9


def drifted(image: NDArray[np.uint8], *, seed: int) -> NDArray[np.uint8]:
    """Return a picture in dim, uneven light, out of focus and noisy.

    Args:
        image: uint8 [H, W, 3], RGB.
        seed: of shadows and noise.
    """
    random = np.random.default_rng((7, seed))
    field = np.exp(random.normal(0.0, 0.4, (3, 3))).astype(np.float32)
    light = cv2.resize(field, image.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    lit = 0.5 * np.clip(light, 0.2, 2.5)[..., None] * image
    blurred = cv2.GaussianBlur(lit, (0, 0), 1.0)
    noisy = blurred + random.normal(0.0, 5.0, image.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def record_drive(
    path: Path,
    frames: Iterable[LabelledFrame],
    *,
    classes: tuple[str, ...],
    robot: Segmenter,
    scorer: ClassScorer,
) -> None:
    """Write the replay buffer of a drive in which every frame is asked of the cloud.

    Args:
        path: the buffer's file; must not exist.
        frames: what the robot sees; their labels are not looked at.
        classes: names, in the order of the labels.
        robot: the first pair.
        scorer: the cloud's class scorer; F is its answer without masks.
    """
    buffer = ReplayBuffer(path, classes=classes)
    for number, frame in enumerate(frames):
        image = drifted(frame.image, seed=number)
        prediction = robot.predict(image)
        scores = scorer.score(image, partial(robot.scores, image))
        answer = fuse(scores, NoMasks().generate(image))
        buffer.append(
            ReplayFrame(
                request_id=frame.name,
                robot="robot",
                stamp_ns=number * _PERIOD_NS,
                received_ns=number * _PERIOD_NS,
                bundle_version=robot.manifest.version,
                why="hard",
                trust=robot.trust(prediction.logits),
                picture=encode_jpeg(image, 95),
                depth=b"",
                label_map=wire.encode_label_map(answer.label_map),
                confidence_map=wire.encode_confidence_map(answer.confidence_map),
            )
        )
    buffer.close()
