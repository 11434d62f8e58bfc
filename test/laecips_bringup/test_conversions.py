"""Messages in plain words."""

import numpy as np
import pytest
from laecips_bringup.conversions import answer_of, counters_of, label_map_of, stamp_ns
from laecips_eval.scoring.answers import REASONS, SOURCES
from sensor_msgs.msg import Image

from laecips_msgs.msg import EdgeStatus, Segmentation


def test_the_names_are_in_the_order_of_the_constants() -> None:
    assert [SOURCES.index(n) for n in ("edge", "cloud", "edge_fallback")] == [
        Segmentation.EDGE,
        Segmentation.CLOUD,
        Segmentation.EDGE_FALLBACK,
    ]
    assert [REASONS.index(n) for n in ("none", "overload", "deadline", "offline")] == [
        Segmentation.NONE,
        Segmentation.OVERLOAD,
        Segmentation.DEADLINE,
        Segmentation.OFFLINE,
    ]


def test_an_answer() -> None:
    message = Segmentation(
        source=Segmentation.EDGE_FALLBACK,
        reason=Segmentation.DEADLINE,
        confidence=0.25,
        hard=True,
        bytes_up=5,
        bundle_version=3,
    )
    message.header.stamp.sec, message.header.stamp.nanosec = 3, 7
    answer = answer_of(message)
    assert (answer.stamp_ns, answer.source, answer.reason) == (
        3_000_000_007,
        "edge_fallback",
        "deadline",
    )
    assert (answer.confidence, answer.hard, answer.bytes_up) == (0.25, True, 5)
    assert answer.version == 3


@pytest.mark.parametrize(("source", "reason"), [(3, 0), (0, 4), (0, 1)])
def test_strange_constants_are_refused(source: int, reason: int) -> None:
    with pytest.raises(ValueError, match=r"unknown|does not go with"):
        answer_of(Segmentation(source=source, reason=reason))


def test_counters() -> None:
    counters = counters_of(EdgeStatus(superseded=1, wanted=2, sent=3, audit=4, bytes_up=5))
    assert (counters.superseded, counters.wanted, counters.sent) == (1, 2, 3)
    assert (counters.audit, counters.bytes_up, counters.bytes_down) == (4, 5, 0)


def test_a_label_map_with_padded_rows() -> None:
    image = Image(height=2, width=2, step=3, encoding="mono8", data=bytes([1, 2, 9, 3, 4, 9]))
    np.testing.assert_array_equal(label_map_of(image), [[1, 2], [3, 4]])
    assert stamp_ns(image) == 0


@pytest.mark.parametrize(
    "image",
    [
        Image(height=1, width=1, step=3, encoding="rgb8", data=bytes(3)),
        Image(height=2, width=2, step=2, encoding="mono8", data=bytes(3)),
    ],
)
def test_what_is_no_label_map_is_refused(image: Image) -> None:
    with pytest.raises(ValueError, match="mono8 is expected"):
        label_map_of(image)
