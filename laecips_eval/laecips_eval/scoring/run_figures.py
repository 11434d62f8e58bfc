"""What a run came to, typed: the measured part of `report.json`, in the order of its keys."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class ReportPart(BaseModel):
    """A part of a report: all of these keys and no other, of these types, which nothing changes."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Counts(ReportPart):
    """Frames by kind."""

    @property
    def total(self) -> int:
        """All of them."""
        return sum(count for _, count in self)


class AnswerCounts(Counts):
    """Frames by who answered them."""

    edge: int
    cloud: int
    edge_fallback: int


class FallbackCounts(Counts):
    """Hard frames that f's answer stood for, by the reason."""

    overload: int
    deadline: int
    offline: int


class DropCounts(Counts):
    """Frames without an answer.

    Attributes:
        superseded: a newer frame came first.
        transport: lost, unreadable, or its answer was lost.
    """

    superseded: int
    transport: int


class LatencyQuantiles(ReportPart):
    """Milliseconds; None where no latency was measured."""

    p50: float | None
    p95: float | None
    p99: float | None


class Latencies(ReportPart):
    """Player's publish to runner's receipt on the monotonic clock, by who answered."""

    edge: LatencyQuantiles
    cloud: LatencyQuantiles
    all: LatencyQuantiles


class StreamAccuracy(ReportPart):
    """How a stream of label maps scores, each figure in [0, 1]; None where there is no truth.

    Attributes:
        frame_mean: mean over frames of their mean IoU (the paper's equation 22).
        dataset: mIoU of one confusion matrix.
        per_class: IoU by class.
        recall: share of a class's true pixels that were found, by class.
    """

    frame_mean: float | None
    dataset: float | None
    per_class: dict[str, float | None]
    recall: dict[str, float | None]


class Accuracies(ReportPart):
    """The three streams, over the frames that have an answer and truth.

    Attributes:
        published: what the robot published.
        edge_only: f's own answers in the versions that ran.
        edge_untrained: those of the pair that the run began with, on the same frames: None unless
            it is known of all of them.
    """

    published: StreamAccuracy
    edge_only: StreamAccuracy
    edge_untrained: StreamAccuracy


class WireBytes(ReportPart):
    """Bytes on the wire: hard frames and audits up, answers down, model updates."""

    up: int
    down: int
    model: int


class SegmentFigures(ReportPart):
    """One segment of the bag: frames `start <= index < stop`.

    Attributes:
        sent: frames that went up, audits included; `cur` is their share.
        published: the data set's mIoU; `edge_only` and `edge_untrained` likewise, see `Accuracies`.
    """

    name: str
    start: int
    stop: int
    frames: int
    answered: int
    wanted: int
    sent: int
    cur: float
    published: float | None
    edge_only: float | None
    edge_untrained: float | None


class LastSegments(ReportPart):
    """The last so many segments together; mIoU of one confusion matrix, see `Accuracies`."""

    segments: int
    frames: int
    published: float | None
    edge_only: float | None
    edge_untrained: float | None


class UpdateFigures(ReportPart):
    """A pair that the trainer has made during the run; None of what did not happen.

    Attributes:
        trigger: why it was trained.
        samples: frames of the replay buffer that it learned from.
        train_s: seconds that this took.
        gate: what the promotion gate said.
        transfer_s: first chunk to last.
        bytes: of the pair, on the wire.
        swap_ms: that the exchange kept the inference thread from its frames.
        frames_lost: by the exchange.
        frame: index of the first frame that it answered.
        rolled_back: whether the robot went back to the pair of before.
    """

    version: int
    trigger: str
    samples: int
    train_s: float
    gate: str
    promoted: bool
    transfer_s: float | None
    bytes: int | None
    swap_ms: float | None
    frames_lost: int | None
    frame: int | None
    rolled_back: bool


class RunFigures(ReportPart):
    """What a scoreboard has counted.

    Attributes:
        frames: images that left the player: the sum of `answered` and of `dropped`.
        fallback: adds up to `answered.edge_fallback`.
        wanted: frames that h called hard.
        sent: frames that went up, audits included.
        audit: of these, easy ones.
        cur: sent / frames, in [0, 1].
        over_last: the last segment, the last two, ... all of them.
    """

    frames: int
    answered: AnswerCounts
    fallback: FallbackCounts
    dropped: DropCounts
    wanted: int
    sent: int
    audit: int
    cur: float
    latency_ms: Latencies
    miou: Accuracies
    bytes: WireBytes
    segments: list[SegmentFigures]
    over_last: list[LastSegments]
