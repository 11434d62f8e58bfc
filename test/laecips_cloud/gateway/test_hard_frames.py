"""A hard frame that has come over the network, without a network."""

from collections.abc import Callable
from typing import Any

import pytest
from bridge_site import OK, Silent, request
from laecips_cloud.gateway.caller import GoneError, WrongRobotError
from laecips_cloud.gateway.counters import GatewayCounters
from laecips_cloud.gateway.hard_frames import HardFrames
from laecips_cloud.gateway.quotas import Limits, Quotas
from laecips_edge.core.link import protobuf
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer, HardFrameRequest
from laecips_edge.core.link.transport import InProcessTransport
from laecips_edge.core.link.wire_error import WireError


class Waiting:
    """A caller with some seconds left, who may have gone."""

    def __init__(self, robot: str = "r1", seconds: float = 20.0, *, gone: bool = False) -> None:
        self.robot = robot
        self._seconds = seconds
        self._gone = gone

    def seconds_left(self) -> float:
        return self._seconds

    def on_end(self, listener: Callable[[], None]) -> None:
        if self._gone:
            listener()


class Cloud:
    """Answers, and keeps what it was asked."""

    def __init__(self, answer: HardFrameAnswer = OK) -> None:
        self.asked: list[HardFrameRequest] = []
        self._answer = answer

    def __call__(self, request: HardFrameRequest) -> HardFrameAnswer:
        self.asked.append(request)
        return self._answer


def hard_frames(transport: Any, **limits: float) -> tuple[HardFrames, GatewayCounters]:
    counters = GatewayCounters()
    values: dict[str, Any] = {"frames_per_minute": 0, "bytes_per_minute": 0, "in_flight": 2}
    quotas = Quotas(Limits(**(values | limits)))
    return HardFrames(transport, quotas=quotas, counters=counters), counters


def ask(frames: HardFrames, caller: Any = None, **fields: Any) -> HardFrameAnswer:
    data = protobuf.encode_request(request(**fields))
    return protobuf.decode_answer(frames.answer(data, caller or Waiting()))


def test_answered_with_the_time_that_remains() -> None:
    cloud = Cloud()
    frames, counters = hard_frames(InProcessTransport(cloud))
    assert ask(frames, Waiting(seconds=3.0), deadline_s=2.0) == OK
    assert ask(frames, Waiting(seconds=1.0), deadline_s=2.0) == OK
    assert ask(frames, Waiting(seconds=1.0)) == OK
    assert [asked.deadline_s for asked in cloud.asked] == [2.0, 1.0, 1.0]
    assert counters.counts()["answered"] == 3


def test_a_robot_asks_in_its_own_name_and_by_its_own_ids() -> None:
    cloud = Cloud()
    frames, _ = hard_frames(InProcessTransport(cloud))
    with pytest.raises(WrongRobotError, match="is of robot r2, the request of 'r1': set"):
        ask(frames, Waiting("r2"))
    assert cloud.asked == []
    ask(frames, Waiting("r2"), robot="r2")
    ask(frames)
    assert [asked.request_id for asked in cloud.asked] == ["r2/r1/7", "r1/7"]


def test_without_a_certificate_the_request_is_believed() -> None:
    cloud = Cloud()
    frames, _ = hard_frames(InProcessTransport(cloud))
    assert ask(frames, Waiting("")) == OK


def test_who_has_gone_costs_no_run() -> None:
    cloud = Cloud()
    frames, counters = hard_frames(InProcessTransport(cloud))
    with pytest.raises(GoneError):
        ask(frames, Waiting(seconds=0.0))
    assert (cloud.asked, counters.counts()["gone"]) == ([], 1)


@pytest.mark.parametrize("caller", [Waiting(gone=True), Waiting(seconds=0.01)])
def test_who_goes_is_forgotten(caller: Waiting) -> None:
    silent = Silent()
    frames, _ = hard_frames(silent, in_flight=1)
    for _ in range(2):  # its place is free again
        with pytest.raises(GoneError):
            ask(frames, caller)
    assert silent.cancelled == 2


def test_over_the_quota_there_is_a_clear_answer() -> None:
    cloud = Cloud()
    frames, counters = hard_frames(InProcessTransport(cloud), frames_per_minute=1)
    assert ask(frames) == OK
    answer = ask(frames)
    assert answer.status is AnswerStatus.UNAVAILABLE
    assert answer.message.startswith("robot r1 has sent its 1 frames a minute: wait ")
    assert (len(cloud.asked), counters.counts()["over_quota"]) == (1, 1)


def test_junk_counts_against_the_quota() -> None:
    frames, _ = hard_frames(InProcessTransport(Cloud()), frames_per_minute=1)
    with pytest.raises(WireError):
        frames.answer(b"junk", Waiting())
    assert ask(frames).status is AnswerStatus.UNAVAILABLE


def test_without_a_cloud() -> None:
    silent = Silent()
    silent.present = False
    answer = ask(hard_frames(silent)[0])
    assert answer.message == "the gateway sees no cloud_node: start it"


def test_an_answer_that_is_too_large_is_not_sent() -> None:
    cloud = Cloud(HardFrameAnswer(status=AnswerStatus.OK, label_map=bytes(protobuf.MAX_MAP + 1)))
    answer = ask(hard_frames(InProcessTransport(cloud))[0])
    assert answer.status is AnswerStatus.UNAVAILABLE
    assert answer.message.startswith("the cloud's answer: label_map: ")
