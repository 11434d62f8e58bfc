"""The figures of a run, typed: the measured part of `report.json`, in the order of its keys."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class ReportPart(BaseModel):
    """Base of all parts of a report: exact keys, strict types, immutable."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Counts(ReportPart):
    """Frames by kind."""

    @property
    def total(self) -> int:
        """The sum of all counts."""
        return sum(count for _, count in self)


class AnswerCounts(Counts):
    """Frames by the source of their answer."""

    edge: int
    cloud: int
    edge_fallback: int


class FallbackCounts(Counts):
    """Hard frames that were answered with f's label map, by reason."""

    overload: int
    deadline: int
    offline: int


class DropCounts(Counts):
    """Frames without an answer.

    Attributes:
        superseded: frames that a newer frame replaced before they were processed.
        transport: frames that were lost, or whose answer was lost.
        rejected: frames whose picture could not be read.
    """

    superseded: int
    transport: int
    rejected: int = 0


class LatencyQuantiles(ReportPart):
    """Latencies in milliseconds; None where none was measured."""

    p50: float | None
    p95: float | None
    p99: float | None


class Latencies(ReportPart):
    """From the player's publish to the runner's receipt on the monotonic clock, by source."""

    edge: LatencyQuantiles
    cloud: LatencyQuantiles
    all: LatencyQuantiles


class StreamAccuracy(ReportPart):
    """The accuracy of a stream of label maps, each figure in [0, 1]; None without truth.

    Attributes:
        frame_mean: mean over frames of their mean IoU (the paper's equation 22).
        dataset: mIoU of one confusion matrix.
        per_class: IoU by class.
        recall: share of the true pixels of a class that were found, by class.
    """

    frame_mean: float | None
    dataset: float | None
    per_class: dict[str, float | None]
    recall: dict[str, float | None]


class Accuracies(ReportPart):
    """Accuracy of the three streams, over the frames with an answer and truth.

    Attributes:
        published: label maps that the robot published.
        edge_only: f's own label maps, in the versions that ran.
        edge_untrained: label maps of the first pair's f on the same frames; None unless they are
            known for all of these frames.
    """

    published: StreamAccuracy
    edge_only: StreamAccuracy
    edge_untrained: StreamAccuracy


class WireBytes(ReportPart):
    """Bytes on the wire.

    Attributes:
        up: of hard frames and audits.
        down: of their answers.
        model: of model updates.
        span_s: seconds of the bag in which they passed; None in older reports.
    """

    up: int
    down: int
    model: int
    span_s: float | None = None


class SegmentFigures(ReportPart):
    """One segment of the bag: frames `start <= index < stop`.

    Attributes:
        sent: frames that were uploaded, audits included.
        cur: sent / frames, in [0, 1].
        published: data-set mIoU; `edge_only` and `edge_untrained` likewise, see `Accuracies`.
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


class DisturbanceFigures(ReportPart):
    """All frames of a bag with one disturbance; `routine` are those without.

    Attributes:
        sent: frames that were uploaded, audits included.
        cur: sent / frames, in [0, 1].
        published: data-set mIoU; `edge_only` and `edge_untrained` likewise, see `Accuracies`.
    """

    name: str
    frames: int
    sent: int
    cur: float
    published: float | None
    edge_only: float | None
    edge_untrained: float | None


class LastSegments(ReportPart):
    """The last `segments` segments together; mIoU of one confusion matrix, see `Accuracies`."""

    segments: int
    frames: int
    published: float | None
    edge_only: float | None
    edge_untrained: float | None


class UpdateFigures(ReportPart):
    """A pair that the trainer made during the run; None for a step that did not happen.

    Attributes:
        trigger: what started the training.
        samples: frames of the replay buffer that were used.
        train_s: duration of the training in seconds.
        gate: reason that the promotion gate gave.
        promoted: whether the gate promoted the pair.
        transfer_s: seconds from the first chunk to the last.
        bytes: size of the pair on the wire.
        swap_ms: milliseconds that the swap kept the inference thread from its frames.
        frames_lost: frames that were superseded during the swap.
        frame: index of the first frame that the pair answered.
        rolled_back: whether the robot went back to the previous pair.
        newest_lesson_ns: stamp of the newest frame that its f has learnt from; None where it is
            not known.
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
    newest_lesson_ns: int | None = None


class KnowledgeAge(ReportPart):
    """How old the newest lesson is that the running f has learnt from, over the frames.

    The age at a frame is the time since the player published the frame of that lesson; without a
    clock it is the time between their stamps.

    Attributes:
        frames: answered frames whose f has learnt during the run.
        before: answered frames of an f that has not: those before the first update.
        p50_s, p95_s: median and 95th percentile of the age over `frames`, in seconds.
    """

    frames: int = 0
    before: int = 0
    p50_s: float | None = None
    p95_s: float | None = None


class SegmentShift(ReportPart):
    """What the frames of a segment show without truth; None where it is unknown.

    Attributes:
        frames: frames with an answer.
        trust_mean, trust_p10, trust_p50, trust_p90: mean and quantiles of the first pair's trust,
            in [0, 1].
        trust_ks: Kolmogorov-Smirnov distance of that trust to the first segment's, of the first
            segment to the bundle's on held-out frames; in [0, 1].
        compared: frames that the cloud answered.
        agreement: share of their pixels to which f and F gave the same class, in [0, 1].
        class_psi: population stability index of the classes' shares against the first segment.
        class_shares: share of the published pixels by class, in [0, 1].
    """

    name: str
    start: int
    stop: int
    frames: int
    trust_mean: float
    trust_p10: float
    trust_p50: float
    trust_p90: float
    trust_ks: float | None
    compared: int
    agreement: float | None
    class_psi: float | None
    class_shares: dict[str, float]


class ShiftFigures(ReportPart):
    """What a run shows without truth.

    Attributes:
        compared: frames that the cloud answered.
        agreement: share of their pixels to which f and F gave the same class, in [0, 1]; None
            without such frames.
        segments: by segment; equal parts of a bag that names none.
        alarms: what has changed so far that a person should look at it, one sentence each.
    """

    compared: int = 0
    agreement: float | None = None
    segments: list[SegmentShift] = []
    alarms: list[str] = []


class RegionAccuracy(ReportPart):
    """Regions of a class over all scored frames; see `scoring.finding_scores`.

    Attributes:
        true: true regions.
        shown: regions of the label maps.
        found: true regions that were found.
        precision: found / shown, in [0, 1]; None without any.
        recall: found / true, in [0, 1]; None without any.
    """

    true: int
    shown: int
    found: int
    precision: float | None
    recall: float | None


class FindingFigures(ReportPart):
    """The findings of a class: in the published label maps, and in f's own as it ran."""

    name: str
    published: RegionAccuracy
    edge_only: RegionAccuracy


class RunFigures(ReportPart):
    """The figures that a scoreboard computes.

    Attributes:
        frames: images that the player published: the sum of `answered` and `dropped`.
        fallback: fallbacks by reason; the sum is `answered.edge_fallback`.
        wanted: hard frames.
        sent: frames that were uploaded, audits included.
        audit: easy frames among these.
        cur: sent / frames, in [0, 1].
        over_last: the last segment, the last two, ... all of them.
        shift: what the run shows without truth.
        disturbances: by kind, routine first; empty where the bag names none.
        findings: by class; empty without truth, and where the robot looked for none.
        rejection: why the first of the rejected pictures could not be read; empty without any, and
            where only the robot's log says it.
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
    shift: ShiftFigures = ShiftFigures()
    disturbances: list[DisturbanceFigures] = []
    findings: list[FindingFigures] = []
    rejection: str = ""
