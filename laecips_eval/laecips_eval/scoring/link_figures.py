"""What a link between robot and cloud carried during a run, and how long it should have taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from laecips_eval.scoring.frame_log import FrameRow
from laecips_eval.scoring.measures.quantiles import quantiles
from laecips_eval.scoring.run_figures import LatencyQuantiles, ReportPart


class DirectionFigures(ReportPart):
    """One direction of a link.

    Attributes:
        bytes: all bytes that it carried, headers and encryption included.
        used: share of what it could carry in the time of the run, in [0, 1].
        lost: packets lost at random; a relay loses none.
        dropped: packets that found the queue full or the link cut.
        kinds: bytes by kind of content; `rest` is the difference to `bytes`.
    """

    bytes: int
    used: float
    lost: int
    dropped: int
    kinds: dict[str, int]

    def kbit_s(self, kind: str, *, rate: float) -> float | None:
        """Return the mean rate of one kind over the run, in kbit/s; None where nothing passed.

        Args:
            kind: key of `kinds`; one that is not there has 0 bytes.
            rate: bits per second of the link.
        """
        return self.used * rate / 1e3 * self.kinds.get(kind, 0) / self.bytes if self.bytes else None


class LinkCut(ReportPart):
    """A time in which nothing passed: seconds since the first frame, and the frames meanwhile."""

    start_s: float
    stop_s: float
    start: int
    stop: int


class LinkUse(ReportPart):
    """Share of the rate used up to a moment, since the moment before.

    Attributes:
        frame: index of the last frame that was played.
        up: from the robot, in [0, 1].
        down: to the robot, in [0, 1].
    """

    frame: int
    up: float
    down: float


class LinkFigures(ReportPart):
    """A link during a run.

    Attributes:
        mode: namespaces (real packets) or relay (TCP streams).
        rate_bit_s: bits per second in each direction.
        round_trip_ms: milliseconds there and back.
        loss: share of packets lost at random, in [0, 1).
        hard_ms: latency of the frames that the cloud answered.
        ideal_ms: what these frames would take alone on the link: see `ideal_ms`.
        cuts: when the link was cut.
        use: over time, at least one.
    """

    mode: str
    rate_bit_s: float
    round_trip_ms: float
    loss: float
    up: DirectionFigures
    down: DirectionFigures
    hard_ms: LatencyQuantiles
    ideal_ms: LatencyQuantiles
    cuts: list[LinkCut]
    use: list[LinkUse]


@dataclass(frozen=True, kw_only=True)
class LinkCosts:
    """What a hard frame takes besides its bytes, in milliseconds.

    Attributes:
        round_trip: of the link.
        edge: what an easy frame takes, median: f, h and the way through ROS.
        cloud: the cloud's work, median.
        rate_bit_s: of the link, bits per second.
    """

    round_trip: float
    edge: float
    cloud: float
    rate_bit_s: float

    def ideal_ms(self, payload: float) -> float:
        """Return the milliseconds of a frame whose request and answer have `payload` bytes."""
        return self.edge + self.cloud + self.round_trip + 8e3 * payload / self.rate_bit_s


def hard_and_ideal(
    rows: Sequence[FrameRow], costs: LinkCosts
) -> tuple[LatencyQuantiles, LatencyQuantiles]:
    """Return the measured and the ideal latencies of the frames that the cloud answered."""
    answered = [row for row in rows if row.source == "cloud" and row.latency_ms is not None]
    return (
        quantiles([row.latency_ms for row in answered if row.latency_ms is not None]),
        quantiles(
            [costs.ideal_ms((row.bytes_up or 0) + (row.bytes_down or 0)) for row in answered]
        ),
    )
