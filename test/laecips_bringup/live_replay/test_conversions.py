"""Messages in plain words."""

import numpy as np
import pytest
from laecips_bringup.live_replay.conversions import (
    answer_of,
    counters_of,
    label_map_of,
    stamp_ns,
    swap_of,
    work_ms,
)
from laecips_eval.scoring.answers import REASONS, SOURCES
from laecips_eval.scoring.updates import OUTCOMES, Swap
from sensor_msgs.msg import Image

from laecips_msgs.msg import CloudStatus, EdgeStatus, ModelReport, Segmentation


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
    assert [OUTCOMES.index(n) for n in ("swapped", "refused", "rolled back", "failed")] == [
        ModelReport.SWAPPED,
        ModelReport.REFUSED,
        ModelReport.ROLLED_BACK,
        ModelReport.FAILED,
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
    assert (answer.trust, answer.hard, answer.bytes_up) == (0.25, True, 5)
    assert answer.version == 3


@pytest.mark.parametrize(("source", "reason"), [(3, 0), (0, 4), (0, 1)])
def test_strange_constants_are_refused(source: int, reason: int) -> None:
    with pytest.raises(ValueError, match=r"unknown|does not go with"):
        answer_of(Segmentation(source=source, reason=reason))


def test_counters() -> None:
    counters = counters_of(
        EdgeStatus(superseded=1, rejected=6, wanted=2, sent=3, audit=4, bytes_up=5)
    )
    assert (counters.superseded, counters.wanted, counters.sent) == (1, 2, 3)
    assert counters.rejected == 6
    assert (counters.audit, counters.bytes_up, counters.bytes_down) == (4, 5, 0)


def test_the_clouds_work_is_the_sum_of_its_stages() -> None:
    status = CloudStatus(decode_ms=1.0, scores_ms=2.0, masks_ms=4.0, fusion_ms=8.0, store_ms=16.0)
    assert work_ms(status) == 31.0


def test_what_became_of_a_model_update() -> None:
    message = ModelReport(
        version=4,
        running=3,
        outcome=ModelReport.REFUSED,
        reason="the self test differs",
        transfer_s=0.5,
        bytes=1_000,
        swap_ms=2.0,
        frames_lost=1,
    )
    assert swap_of(message) == Swap(
        version=4,
        outcome="refused",
        reason="the self test differs",
        transfer_s=0.5,
        bytes=1_000,
        swap_ms=2.0,
        frames_lost=1,
    )
    with pytest.raises(ValueError, match="outcome 4 is unknown"):
        swap_of(ModelReport(outcome=4))


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
