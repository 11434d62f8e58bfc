"""A frame from its picture to its answer: tables, and any order of events together."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.frame.counters import FrameCounters, FrameOutcome
from laecips_edge.core.frame.frame import Frame, FrameAnswer, SeenFrame
from laecips_edge.core.frame.router import REMEMBERED_OVERDUE, AskedFrame, Router
from laecips_edge.core.frame.router_events import RouterEvents
from laecips_edge.core.frame.running_pair import Look, RunningPair
from laecips_edge.core.frame.upload import Upload
from laecips_edge.core.frame.upload_fit import FEWEST_BYTES, UploadFit
from laecips_edge.core.image.blanking import Blanking, read_polygon
from laecips_edge.core.image.codecs import decode_rgb, encode_jpeg
from laecips_edge.core.image.image_messages import image_fields
from laecips_edge.core.image.picture import Picture
from laecips_edge.core.inference.segmenter import Prediction
from laecips_edge.core.link import wire
from laecips_edge.core.link.circuit_breaker import CircuitBreaker
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer, HardFrameRequest
from laecips_edge.core.link.in_flight import InFlightRequests
from laecips_edge.core.link.transport import InProcessTransport
from laecips_edge.core.routing.policy import Policy
from laecips_edge.core.routing.threshold_control import ThresholdControl
from laecips_edge.core.routing.upload_budget import Allowance

RGB = np.full((4, 6, 3), 90, np.uint8)
PICTURE = Picture(SimpleNamespace(format="jpeg", data=encode_jpeg(RGB, 95)), compressed=True)
BROKEN = Picture(SimpleNamespace(format="jpeg", data=b"\xff\xd8 and no more"), compressed=True)
OF_F = np.zeros((4, 6), np.uint8)
OF_CLOUD = np.ones((4, 6), np.uint8)
MANIFEST = Manifest(
    name="line",
    version=7,
    classes=("belt", "part"),
    palette=((0, 0, 0),) * 2,
    input_size=(32, 32),
    delta=0.5,
    beta=0.1,
)


class Segmenter:
    """f and h that do as a test says."""

    def __init__(self, trust: float = 0.9, modality: str = "rgb") -> None:
        self.manifest = SimpleNamespace(
            version=7,
            classes=MANIFEST.classes,
            classes_hash=MANIFEST.classes_hash,
            temperature=1.0,
            thresholds={"laecips": 0.5},
            quantiles=(),
            modality=modality,
        )
        self.says = trust
        self.depths: list[Any] = []

    def predict(self, rgb: np.ndarray, depth: np.ndarray | None) -> Prediction:
        self.depths.append(depth)
        return Prediction(
            logits=np.zeros((2, 1, 2), np.float32), label_map=OF_F, confidence_map=OF_F
        )

    def trust(self, logits: np.ndarray) -> float:
        return self.says


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Link:
    """A transport whose answers come when a test says, if ever."""

    def __init__(self) -> None:
        self.present = True
        self.error: Exception | None = None
        self.requests: list[HardFrameRequest] = []
        self.answers: list[Callable[[HardFrameAnswer], None]] = []
        self.cancelled: list[str] = []

    def ask(self, request: HardFrameRequest, on_answer: Callable[[HardFrameAnswer], None]) -> Any:
        if self.error is not None:
            raise self.error
        self.requests.append(request)
        self.answers.append(on_answer)
        return SimpleNamespace(cancel=lambda: self.cancelled.append(request.request_id))


class Robot(RouterEvents):
    """A router with what belongs to it, and a memory of what it said."""

    def __init__(self, *, audit_rate: float = 0.0, modality: str = "rgb", **options: Any) -> None:
        self.clock = Clock()
        self.segmenter = Segmenter(modality=modality)
        self.link = Link()
        self.counters = FrameCounters()
        self.of_cameras = {name: FrameCounters() for name in ("front", "rear")}
        self.in_flight: InFlightRequests[AskedFrame] = InFlightRequests(
            max_in_flight=2,
            deadline_s=3.0,
            breaker=CircuitBreaker(failures_to_open=2, first_wait_s=1.0, clock=self.clock),
            clock=self.clock,
        )
        self.now: list[SeenFrame] = []
        self.answers: list[FrameAnswer] = []
        self.heard: list[str] = []
        running = RunningPair(
            self.segmenter,
            lambda manifest: Policy("laecips", manifest=manifest, audit_rate=audit_rate),
        )
        self.router = Router(
            running=running,
            transport=options.pop("transport", self.link),
            in_flight=self.in_flight,
            upload=Upload(
                robot="robot",
                session="run",
                jpeg_quality=90,
                forward_jpeg=True,
                send_scores=False,
                fit=options.pop("fit", None),
            ),
            counters={"": self.counters, **self.of_cameras},
            sink=self,
            events=self,
            clock=self.clock,
            **options,
        )

    def answer_now(self, seen: SeenFrame) -> None:
        self.now.append(seen)

    def answer(self, answer: FrameAnswer) -> None:
        self.answers.append(answer)

    def seen(self, seen: SeenFrame, look: Look) -> None:
        self.heard.append(f"seen {seen.frame.number}")

    def rejected(self, frame: Frame, error: Exception) -> None:
        self.heard.append(f"rejected {frame.number}: {error}")

    def useless(self, detail: str) -> None:
        self.heard.append(detail)

    def route(
        self, trust: float, picture: Picture = PICTURE, *, camera: str = ""
    ) -> FrameAnswer | None:
        """Route one frame; its answer if that is known at once."""
        self.segmenter.says = trust
        before = len(self.answers)
        self.router.route(
            self.router.receive(picture, stamp_ns=5, frame_id="camera", camera=camera)
        )
        return self.answers[-1] if len(self.answers) > before else None


def good_answer() -> HardFrameAnswer:
    return HardFrameAnswer(
        status=AnswerStatus.OK,
        label_map=wire.encode_label_map(OF_CLOUD),
        confidence_map=wire.encode_confidence_map(OF_CLOUD),
    )


def refusal() -> HardFrameAnswer:
    return HardFrameAnswer(status=AnswerStatus.UNAVAILABLE, message="disk\nfull")


def test_an_easy_frame_is_answered_by_f_at_once() -> None:
    robot = Robot()
    answer = robot.route(0.9)
    assert answer is not None
    assert answer.outcome is FrameOutcome.EDGE
    assert answer.label_map is OF_F
    assert (answer.seen.frame.stamp_ns, answer.seen.frame.frame_id) == (5, "camera")
    assert robot.now == [answer.seen]
    assert robot.link.requests == []


def test_a_hard_frame_is_answered_by_the_cloud() -> None:
    robot = Robot()
    assert robot.route(0.1) is None
    assert len(robot.now) == 1  # what f says does not wait
    (request,) = robot.link.requests
    assert (request.request_id, request.robot, request.why) == ("run/1", "robot", "hard")
    assert (request.stamp_ns, request.frame_id, request.deadline_s) == (5, "camera", 3.0)
    robot.clock.now += 0.25
    robot.link.answers[0](good_answer())
    (answer,) = robot.answers
    assert answer.outcome is FrameOutcome.CLOUD
    assert np.array_equal(answer.label_map, OF_CLOUD)
    assert answer.bytes_up == request.payload > 0
    assert answer.bytes_down == good_answer().payload > 0
    assert robot.router.round_trip_ms.value == pytest.approx(250)


def test_cameras_with_equal_stamps_are_told_apart_and_counted_apart() -> None:
    robot = Robot()
    for camera in ("front", "rear"):
        assert robot.route(0.1, camera=camera) is None
    assert [request.request_id for request in robot.link.requests] == ["run/front:1", "run/rear:1"]
    robot.link.answers[1](good_answer())
    robot.clock.now += 3.0
    robot.router.expire()  # the table of requests is common to all cameras
    outcomes = {answer.seen.frame.camera: answer.outcome for answer in robot.answers}
    assert outcomes == {"rear": FrameOutcome.CLOUD, "front": FrameOutcome.FALLBACK_DEADLINE}
    robot.link.answers[0](good_answer())  # too late, but it came down
    counts = {name: counters.counts() for name, counters in robot.of_cameras.items()}
    for name, outcome in (("front", "fallback_deadline"), ("rear", "cloud")):
        kept = {key: counts[name][key] for key in ("received", "sent", outcome, "pending")}
        assert kept == {"received": 1, "sent": 1, outcome: 1, "pending": 0}
        assert counts[name]["bytes_down"] == good_answer().payload
    assert robot.counters.counts()["received"] == 0


def test_an_answer_may_come_before_asking_returns() -> None:
    robot = Robot(transport=InProcessTransport(lambda request: good_answer()))
    answer = robot.route(0.1)
    assert answer is not None
    assert answer.outcome is FrameOutcome.CLOUD
    assert robot.counters.counts()["sent"] == 1
    assert robot.in_flight.in_flight == 0


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (refusal(), "cloud: refused (3): disk full"),
        (HardFrameAnswer(status=AnswerStatus.BAD_REQUEST), "refused (1): no reason given"),
        (HardFrameAnswer(status=AnswerStatus.OK, label_map=b"junk"), "cloud: label map: "),
    ],
)
def test_a_useless_answer_is_a_fallback(answer: HardFrameAnswer, detail: str) -> None:
    robot = Robot()
    robot.route(0.1)
    robot.link.answers[0](answer)
    (fallback,) = robot.answers
    assert fallback.outcome is FrameOutcome.FALLBACK_OFFLINE
    assert fallback.label_map is OF_F
    assert detail in fallback.detail
    assert detail in robot.heard[-1]
    assert fallback.bytes_down == answer.payload


def test_while_a_bridge_spools_frames_it_is_asked_on_and_on_and_no_cloud_is_there() -> None:
    robot = Robot(audit_rate=1.0)
    spooled = HardFrameAnswer(status=AnswerStatus.SPOOLED, message="no cloud: down")
    for number in range(5):  # more than open the circuit
        assert robot.route(0.1) is None
        robot.link.answers[-1](spooled)
        answer = robot.answers[-1]
        assert answer.outcome is FrameOutcome.FALLBACK_OFFLINE
        assert (answer.detail, answer.bytes_up) == ("no cloud: down", 0)
        assert len(robot.link.requests) == number + 1
        assert robot.route(0.9) is not None  # an audit is not for the spool
        assert len(robot.link.requests) == number + 1
        assert (robot.router.cloud_available, robot.router.frames_spooled) == (False, True)
    assert robot.router.round_trip_ms.value == 0
    robot.route(0.1)
    robot.link.answers[-1](good_answer())
    assert robot.answers[-1].outcome is FrameOutcome.CLOUD
    assert (robot.router.cloud_available, robot.router.frames_spooled) == (True, False)


def test_what_is_sent_follows_the_link_and_is_said() -> None:
    fit = UploadFit(0.5)
    robot = Robot(fit=fit)
    robot.route(0.1)
    robot.clock.now += 3.0
    robot.router.expire()
    assert fit.most_bytes == FEWEST_BYTES  # the picture is tiny
    robot.route(0.1)
    robot.clock.now += 0.1
    robot.link.answers[-1](good_answer())
    assert robot.answers[-1].outcome is FrameOutcome.CLOUD
    assert robot.answers[-1].sent_scale == 1.0
    assert fit.most_bytes > FEWEST_BYTES


def test_a_request_that_cannot_be_sent_is_a_fallback() -> None:
    robot = Robot()
    robot.link.error = RuntimeError("no route")
    answer = robot.route(0.1)
    assert answer is not None
    assert answer.outcome is FrameOutcome.FALLBACK_OFFLINE
    assert answer.detail == "request not sent: RuntimeError: no route"
    assert answer.bytes_up == robot.counters.counts()["sent"] == 0


def test_a_picture_that_no_cloud_takes_is_not_sent() -> None:
    robot = Robot()
    large = encode_jpeg(np.zeros((2900, 2900, 3), np.uint8), 10)
    picture = Picture(SimpleNamespace(format="jpeg", data=large), compressed=True)
    answer = robot.route(0.1, picture=picture)
    assert answer is not None
    assert answer.outcome is FrameOutcome.FALLBACK_OFFLINE
    assert "2900 x 2900, and a cloud takes at most 8.4 megapixels" in answer.detail
    assert robot.link.requests == []
    assert robot.router.cloud_available  # it has done nothing wrong


def test_too_many_requests_are_overload() -> None:
    robot = Robot()
    assert robot.route(0.1) is robot.route(0.1) is None
    answer = robot.route(0.1)
    assert answer is not None
    assert answer.outcome is FrameOutcome.FALLBACK_OVERLOAD
    assert answer.detail == "2 requests in flight"


def test_without_a_cloud_hard_frames_fall_back_at_once() -> None:
    robot = Robot()
    robot.link.present = False
    answer = robot.route(0.1)
    assert answer is not None
    assert answer.outcome is FrameOutcome.FALLBACK_OFFLINE
    assert answer.detail == "no cloud offers the service"
    assert not robot.router.cloud_available


def test_past_its_deadline_a_frame_falls_back_and_its_late_answer_only_counts() -> None:
    robot = Robot()
    robot.route(0.1)
    robot.clock.now += 3.0
    robot.router.expire()
    (answer,) = robot.answers
    assert answer.outcome is FrameOutcome.FALLBACK_DEADLINE
    assert answer.detail == "no answer within 3 s"
    robot.link.answers[0](good_answer())
    assert len(robot.answers) == 1
    assert robot.in_flight.late == 1
    assert robot.counters.counts()["bytes_down"] == good_answer().payload


def test_only_so_many_overdue_calls_are_waited_for() -> None:
    robot = Robot()
    robot.in_flight.max_in_flight = REMEMBERED_OVERDUE + 1
    for _ in range(REMEMBERED_OVERDUE + 1):
        robot.route(0.1)
    robot.clock.now += 3.0
    robot.router.expire()
    assert robot.link.cancelled == ["run/1"]


def test_stopping_answers_all_and_lets_nothing_go() -> None:
    robot = Robot()
    robot.route(0.1)
    robot.router.stop()
    assert [answer.detail for answer in robot.answers] == ["the robot is stopping"]
    assert robot.link.cancelled == ["run/1"]
    answer = robot.route(0.1)
    assert answer is not None
    assert answer.outcome is FrameOutcome.FALLBACK_OFFLINE


@pytest.mark.parametrize("reply", [good_answer, refusal])
def test_an_audit_is_answered_once_and_sent_too(reply: Callable[[], HardFrameAnswer]) -> None:
    robot = Robot(audit_rate=1.0)
    answer = robot.route(0.9)
    assert answer is not None
    assert answer.outcome is FrameOutcome.EDGE
    assert robot.link.requests[0].why == "audit"
    robot.link.answers[0](reply())
    assert robot.answers == [answer]
    counts = robot.counters.counts()
    assert (counts["sent"], counts["audit"], counts["wanted"]) == (1, 1, 0)


def test_an_audit_never_tries_a_failed_cloud() -> None:
    robot = Robot(audit_rate=1.0)
    for _ in range(2):
        robot.route(0.1)
        robot.link.answers[-1](refusal())
    robot.clock.now += 1.0  # time for a probe
    asked = len(robot.link.requests)
    robot.route(0.9)
    assert len(robot.link.requests) == asked
    robot.route(0.1)
    assert len(robot.link.requests) == asked + 1


def test_a_picture_that_cannot_be_read_is_rejected() -> None:
    robot = Robot()
    assert robot.route(0.9, BROKEN) is None
    assert robot.heard[-1].startswith("rejected 1: ")
    assert robot.counters.counts()["rejected"] == 1
    assert robot.route(0.9) is not None


@pytest.mark.parametrize(("modality", "depth"), [("rgb", None), ("rgbd", "far")])
def test_depth_is_asked_for_where_f_takes_it(modality: str, depth: str | None) -> None:
    robot = Robot(modality=modality, depth_of=lambda frame: "far")
    robot.route(0.9)
    assert robot.segmenter.depths == [depth]


LEFT = Blanking([read_polygon("0,0 0.5,0 0.5,1 0,1")])
HALVES = np.full((64, 96, 3), 90, np.uint8)
HALVES[:, :46] = (250, 30, 30)  # nobody may see it


@pytest.mark.parametrize("compressed", [True, False], ids=["the camera's JPEG", "raw"])
@pytest.mark.parametrize("fit", [None, UploadFit(0.5)], ids=["whole", "on a slow link"])
def test_nothing_that_is_blanked_leaves_the_robot(compressed: bool, fit: UploadFit | None) -> None:
    robot = Robot(
        modality="rgbd", fit=fit, depth_of=lambda frame: np.full((64, 96), 900, np.uint16)
    )
    if fit is not None:
        fit.missed(10)
    fields = {"format": "jpeg", "data": encode_jpeg(HALVES, 95)}
    message = SimpleNamespace(**fields if compressed else image_fields(HALVES, "rgb8"))
    robot.route(0.1, Picture(message, compressed=compressed, blanking=LEFT))
    (request,), (now,) = robot.link.requests, robot.now
    assert not now.rgb[:, :48].any()  # what overlays, crops and the history are made of
    sent = decode_rgb(request.picture)
    assert sent[:, : sent.shape[1] // 2 - 8].max() < 20  # JPEG blurs its blocks
    assert sent[:, sent.shape[1] // 2 + 8 :].min() > 70
    assert not wire.decode_depth(request.depth)[:, :48].any()
    assert not np.frombuffer(request.thumbnail, np.uint8).reshape(8, 8, 3)[:, :4].any()
    blanked = wire.decode_label_map(request.blanked, sent.shape[:2], 2)
    assert np.array_equal(blanked, LEFT.mask(sent.shape[:2]))
    kept = [value for value in vars(request).values() if isinstance(value, bytes)]
    assert fields["data"] not in kept


@pytest.mark.parametrize("trust", [0.9, 0.1], ids=["f's answer", "the cloud's"])
def test_what_is_blanked_has_no_class(trust: float) -> None:
    robot = Robot()
    left = LEFT.mask(OF_F.shape).astype(bool)
    robot.route(trust, Picture(PICTURE.message, compressed=True, blanking=LEFT))
    if trust < 0.5:
        robot.link.answers[0](good_answer())
    (answer,), (now,) = robot.answers, robot.now
    for label_map in (answer.label_map, now.prediction.label_map):
        assert (label_map[left] == 255).all()
        assert (label_map[~left] < 2).all()
    assert not answer.confidence_map[left].any()


def test_answers_steer_the_threshold() -> None:
    class Control(ThresholdControl):
        def __init__(self) -> None:
            super().__init__(budget_s=1.0)
            self.delays: list[tuple[float, bool]] = []

        def looked(self, *_: Any, **__: Any) -> Allowance:
            return Allowance(0.25)

        def answered(self, seconds: float, *, hard: bool) -> None:
            self.delays.append((seconds, hard))

    control = Control()
    robot = Robot(threshold=control)
    robot.route(0.4)  # hard by the bundle's 0.5
    robot.clock.now += 2.0
    robot.link.answers[0](good_answer())
    answer = robot.route(0.4)  # easy by what is steered from there on
    assert answer is not None
    assert answer.seen.decision.delta == 0.25
    robot.link.error = RuntimeError("a fallback tells nothing of the cloud's delay")
    robot.route(0.1)
    assert control.delays == [(2.0, True), (0.0, False)]


def test_frames_and_audits_stay_within_an_upload_budget() -> None:
    robot = Robot(audit_rate=0.5, threshold=ThresholdControl(upload_share=0.2))
    trusts = np.random.default_rng(0).uniform(0.01, 1.0, 400)
    for trust in trusts:
        robot.route(float(trust))
        for answer in robot.link.answers:
            answer(good_answer())
        robot.link.answers.clear()
    assert 0.17 <= robot.counters.counts()["sent"] / len(trusts) <= 0.2 + 1 / len(trusts)


class AnyOrder(RuleBasedStateMachine):
    """Frames, answers and time in any order: every frame ends once, and it adds up."""

    def __init__(self) -> None:
        super().__init__()
        self.robot = Robot(audit_rate=0.5)
        self.stamp_ns = 0
        self.waiting: list[Frame] = []
        self.answered = 0

    @rule()
    def receive(self) -> None:
        self.stamp_ns += 1
        frame = self.robot.router.receive(PICTURE, stamp_ns=self.stamp_ns, frame_id="")
        self.waiting.append(frame)

    @rule(trust=st.sampled_from([0.1, 0.9]))
    def route(self, trust: float) -> None:
        if self.waiting:
            self.robot.segmenter.says = trust
            self.robot.router.route(self.waiting.pop())

    @rule()
    def supersede(self) -> None:
        if self.waiting:
            self.robot.router.supersede(self.waiting.pop())

    @rule(useful=st.booleans(), again=st.booleans())
    def answer(self, useful: bool, again: bool) -> None:
        answers = self.robot.link.answers
        if self.answered < len(answers):
            answers[self.answered](good_answer() if useful else refusal())
            self.answered += not again  # what came twice must do no harm

    @rule()
    def lose_an_answer(self) -> None:
        self.answered = min(self.answered + 1, len(self.robot.link.answers))

    @rule(present=st.booleans(), sends=st.booleans())
    def change_the_link(self, present: bool, sends: bool) -> None:
        self.robot.link.present = present
        self.robot.link.error = None if sends else OSError("no route")

    @rule(seconds=st.sampled_from([0.5, 1.0, 3.0, 10.0]))
    def wait(self, seconds: float) -> None:
        self.robot.clock.now += seconds
        self.robot.router.expire()
        left = self.robot.in_flight.seconds_to_deadline()
        assert left is None or left > 0

    @invariant()
    def every_frame_ends_once(self) -> None:
        counts = self.robot.counters.counts()
        numbers = [answer.seen.frame.number for answer in self.robot.answers]
        assert len(numbers) == len(set(numbers))
        ended = sum(counts[outcome] for outcome in FrameOutcome)
        assert ended == len(numbers) + counts["superseded"]
        assert counts["received"] == self.stamp_ns == ended + counts["pending"]
        hard_on_their_way = self.robot.in_flight.in_flight
        assert counts["pending"] - len(self.waiting) <= hard_on_their_way <= 2

    def teardown(self) -> None:
        self.robot.router.stop()
        while self.waiting:
            self.robot.router.supersede(self.waiting.pop())
        assert self.robot.counters.pending == 0


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
