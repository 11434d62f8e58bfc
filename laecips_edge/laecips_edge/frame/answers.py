"""How a frame is answered: settled in the books once, published once, under its input's header."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.frame.counters import FrameCounters, FrameOutcome
from laecips_edge.core.frame.frame import SeenFrame
from laecips_edge.frame.publishers import Publishers
from laecips_msgs.msg import Segmentation

REASONS = {
    FrameOutcome.FALLBACK_OVERLOAD: Segmentation.OVERLOAD,
    FrameOutcome.FALLBACK_DEADLINE: Segmentation.DEADLINE,
    FrameOutcome.FALLBACK_OFFLINE: Segmentation.OFFLINE,
}


class Answers:
    """Answers frames, from whatever thread knows the answer.

    Args:
        outputs: The topics.
        counters: The books; they refuse a second answer to a frame.
        on_delay: Told the seconds from a frame's receipt to its answer, and whether that came from
            the cloud; not of fallbacks.
    """

    def __init__(
        self,
        *,
        outputs: Publishers,
        counters: FrameCounters,
        on_delay: Callable[[float, bool], None] = lambda seconds, hard: None,
    ) -> None:
        self._outputs = outputs
        self._counters = counters
        self._on_delay = on_delay

    def now(self, seen: SeenFrame) -> None:
        """Publish what f says at once, whatever becomes of the frame."""
        self._outputs.label_map_now(seen.frame.header, seen.prediction.label_map)

    def edge(self, seen: SeenFrame) -> None:
        """An easy frame: f's answer stands."""
        self._counters.settle(seen.frame.number, FrameOutcome.EDGE)
        self._publish_own(seen, source=Segmentation.EDGE)
        self._on_delay(time.monotonic() - seen.frame.received_s, False)

    def audited(self, seen: SeenFrame) -> None:
        """An easy frame that the cloud was asked about too: a hard one would have been as late."""
        self._on_delay(time.monotonic() - seen.frame.received_s, True)

    def fallback(
        self,
        seen: SeenFrame,
        outcome: FrameOutcome,
        detail: str,
        *,
        bytes_up: int = 0,
        bytes_down: int = 0,
    ) -> None:
        """A hard frame whose answer from the cloud is not to be had: f's has to do.

        Args:
            seen: The frame.
            outcome: One of the fallbacks.
            detail: One line for people.
            bytes_up: Payload that went up, 0 where nothing did.
            bytes_down: Payload that came down, 0 where nothing did.
        """
        self._counters.settle(seen.frame.number, outcome)
        self._publish_own(
            seen,
            source=Segmentation.EDGE_FALLBACK,
            reason=REASONS[outcome],
            detail=detail,
            bytes_up=bytes_up,
            bytes_down=bytes_down,
        )

    def cloud(
        self,
        seen: SeenFrame,
        *,
        label_map: NDArray[np.uint8],
        confidence_map: NDArray[np.uint8],
        bytes_up: int,
        bytes_down: int,
    ) -> None:
        """A hard frame, answered by the cloud.

        Args:
            seen: The frame.
            label_map: uint8 [H,W], the cloud's.
            confidence_map: uint8 [H,W], the cloud's.
            bytes_up: Payload of the request.
            bytes_down: Payload of the response.
        """
        self._counters.settle(seen.frame.number, FrameOutcome.CLOUD)
        self._publish(
            seen,
            label_map,
            confidence_map,
            source=Segmentation.CLOUD,
            bytes_up=bytes_up,
            bytes_down=bytes_down,
        )
        self._on_delay(time.monotonic() - seen.frame.received_s, True)

    def _publish_own(self, seen: SeenFrame, **fields: Any) -> None:
        prediction = seen.prediction
        self._publish(seen, prediction.label_map, prediction.confidence_map, **fields)

    def _publish(
        self,
        seen: SeenFrame,
        label_map: NDArray[np.uint8],
        confidence_map: NDArray[np.uint8],
        **fields: Any,
    ) -> None:
        decision = seen.decision
        self._outputs.answer(seen.frame.header, seen.rgb, label_map, confidence_map)
        # Last, so that whoever hears of the answer has its maps already.
        self._outputs.segmentation(
            Segmentation(
                header=seen.frame.header,
                confidence=decision.confidence,
                delta=decision.delta,
                hard=decision.hard,
                audit=decision.audit,
                bundle_version=seen.manifest.version,
                latency_ms=1e3 * (time.monotonic() - seen.frame.received_s),
                **fields,
            )
        )
