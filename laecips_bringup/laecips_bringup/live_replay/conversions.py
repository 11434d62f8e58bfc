"""Conversion of ROS messages to the types of the pure modules."""

from __future__ import annotations

from typing import Any

import numpy as np
from laecips_cloud.metrics import LabelMap
from laecips_edge.core.image.stamps import nanoseconds
from laecips_eval.scoring.answers import REASONS, SOURCES, EdgeCounters, PublishedAnswer
from laecips_eval.scoring.updates import OUTCOMES, Swap
from sensor_msgs.msg import Image

from laecips_msgs.msg import CloudStatus, EdgeStatus, ModelReport, Segmentation


def answer_of(message: Segmentation) -> PublishedAnswer:
    """Convert a laecips_msgs/Segmentation.

    Raises:
        ValueError: its constants are unknown or contradict each other.
    """
    if message.source >= len(SOURCES) or message.reason >= len(REASONS):
        raise ValueError(f"source {message.source} or reason {message.reason} is unknown")
    return PublishedAnswer(
        stamp_ns=stamp_ns(message),
        source=SOURCES[message.source],
        reason=REASONS[message.reason],
        trust=message.confidence,
        delta=message.delta,
        hard=message.hard,
        audit=message.audit,
        bytes_up=message.bytes_up,
        bytes_down=message.bytes_down,
        version=message.bundle_version,
    )


def counters_of(message: EdgeStatus) -> EdgeCounters:
    """Return the counters of a laecips_msgs/EdgeStatus that a report needs."""
    return EdgeCounters(
        superseded=message.superseded,
        rejected=message.rejected,
        wanted=message.wanted,
        sent=message.sent,
        audit=message.audit,
        bytes_up=message.bytes_up,
        bytes_down=message.bytes_down,
    )


def work_ms(message: CloudStatus) -> float:
    """Return the milliseconds of the cloud's work on a frame, from its stages' medians."""
    stages = ("decode", "scores", "masks", "fusion", "store", "wait")
    return float(sum(getattr(message, f"{stage}_ms") for stage in stages))


def swap_of(message: ModelReport) -> Swap:
    """Convert a laecips_msgs/ModelReport.

    Raises:
        ValueError: its outcome is unknown.
    """
    if message.outcome >= len(OUTCOMES):
        raise ValueError(f"outcome {message.outcome} is unknown")
    return Swap(
        version=message.version,
        outcome=OUTCOMES[message.outcome],
        reason=message.reason,
        transfer_s=message.transfer_s,
        bytes=message.bytes,
        swap_ms=message.swap_ms,
        frames_lost=message.frames_lost,
    )


def label_map_of(message: Image) -> LabelMap:
    """Return the pixels of a mono8 image, uint8 [H, W], without a copy.

    Raises:
        ValueError: the image is not mono8, or its size and data do not fit.
    """
    if message.encoding != "mono8" or len(message.data) != message.step * message.height:
        raise ValueError(
            f"a label map of {message.width} x {message.height} with encoding "
            f"{message.encoding!r} and {len(message.data)} bytes: mono8 is expected"
        )
    rows = np.frombuffer(message.data, np.uint8).reshape(message.height, message.step)
    return rows[:, : message.width]


def stamp_ns(message: Any) -> int:
    """Return the stamp of a message with a header, in nanoseconds."""
    return nanoseconds(message.header.stamp)
