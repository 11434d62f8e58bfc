"""Frames for teaching that have come over the network, without a network."""

from typing import Any

import pytest
from bridge_site import OK, UNBOUNDED, Silent, request
from laecips_cloud.gateway.caller import GoneError, WrongRobotError
from laecips_cloud.gateway.counters import GatewayCounters
from laecips_cloud.gateway.quotas import Limits
from laecips_cloud.gateway.teaching import IDLE_S, TeachFrames
from laecips_edge.core.link import protobuf
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer, HardFrameRequest
from laecips_edge.core.link.model_protobuf import MAX_PIECE
from laecips_edge.core.link.teaching import (
    FramePieceAnswer,
    TeachStatus,
    decode_piece_answer,
    encode_frame_piece,
    pieces,
)
from laecips_edge.core.link.transport import InProcessTransport
from laecips_edge.core.link.wire_error import WireError

MORE, STORED, LATER, REFUSED = (
    TeachStatus.MORE,
    TeachStatus.STORED,
    TeachStatus.LATER,
    TeachStatus.REFUSED,
)


class Robot:
    """A caller who waits for a while, and what it sends."""

    def __init__(self, robot: str = "r1", *, seconds: float = 20.0) -> None:
        self.robot = robot
        self._seconds = seconds

    def seconds_left(self) -> float:
        return self._seconds

    def on_end(self, listener: Any) -> None:
        pass

    def pieces(self, number: int = 1, **fields: Any) -> list[bytes]:
        """Of a frame of three."""
        values = {"request_id": f"{self.robot}/{number}", "robot": self.robot}
        values["picture"] = bytes(2 * MAX_PIECE)
        frame = protobuf.encode_request(request(**(values | fields)))
        return [encode_frame_piece(each) for each in pieces(f"{self.robot}/{number}", frame)]


class Site:
    """The handler, a cloud that keeps what it is asked, and a clock."""

    def __init__(self, answer: HardFrameAnswer = OK, **options: Any) -> None:
        self.asked: list[HardFrameRequest] = []
        self.now = 0.0
        self.counters = GatewayCounters()
        self.answer = answer
        self.frames = TeachFrames(
            options.pop("transport", InProcessTransport(self._reply)),
            limits=options.pop("limits", UNBOUNDED),
            counters=self.counters,
            clock=lambda: self.now,
        )

    def _reply(self, asked: HardFrameRequest) -> HardFrameAnswer:
        self.asked.append(asked)
        return self.answer

    def send(self, robot: Robot, *sent: bytes) -> list[TeachStatus]:
        return [each.status for each in self.say(robot, *sent)]

    def say(self, robot: Robot, *sent: bytes) -> list[FramePieceAnswer]:
        return [decode_piece_answer(self.frames.piece(each, robot)) for each in sent]


def test_a_frame_is_asked_once_it_is_whole_without_its_deadline() -> None:
    site, robot = Site(), Robot()
    first, second, third = robot.pieces(deadline_s=2.0)
    assert site.send(robot, third, first, first, second) == [MORE, MORE, MORE, STORED]
    (asked,) = site.asked
    assert (asked.request_id, asked.deadline_s) == ("r1/1", 0.0)
    assert asked.picture == bytes(2 * MAX_PIECE)
    assert site.counters.counts()["taught"] == 1


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (AnswerStatus.UNAVAILABLE, LATER),
        (AnswerStatus.BAD_REQUEST, REFUSED),
        (AnswerStatus.UNKNOWN_VERSION, REFUSED),
    ],
)
def test_what_the_cloud_does_not_store_is_said(status: AnswerStatus, said: TeachStatus) -> None:
    site, robot = Site(HardFrameAnswer(status=status, message="why")), Robot()
    last = site.say(robot, *robot.pieces())[-1]
    assert (last.status, last.message) == (said, "why")
    assert site.counters.counts()["taught"] == 0
    site.answer = OK  # sent again, it is asked again
    assert site.send(robot, *robot.pieces()) == [MORE, MORE, STORED]


def test_few_robots_at_a_time() -> None:
    site = Site()
    robots = [Robot(f"r{number}") for number in range(3)]
    for robot in robots[:2]:
        assert site.send(robot, robot.pieces()[0]) == [MORE]
    (refused,) = site.say(robots[2], robots[2].pieces()[0])
    assert (refused.status, refused.message) == (
        LATER,
        "2 other robots send frames for teaching now",
    )
    site.now += IDLE_S / 2
    assert site.send(robots[0], *robots[0].pieces(2)) == [MORE, MORE, STORED]
    site.now += IDLE_S / 2 + 1
    assert site.send(robots[2], *robots[2].pieces()) == [MORE, MORE, STORED]  # r1 has gone


def test_a_robot_has_one_frame_under_way() -> None:
    site, robot = Site(), Robot()
    assert site.send(robot, *robot.pieces(1)[:2], *robot.pieces(2)) == [MORE] * 4 + [STORED]
    assert site.send(robot, robot.pieces(1)[2]) == [MORE]
    assert [asked.request_id for asked in site.asked] == ["r1/2"]


def test_without_a_cloud_or_over_the_quota_it_is_later() -> None:
    site, robot = Site(transport=Absent()), Robot()
    assert "the gateway sees no cloud_node" in site.say(robot, robot.pieces()[0])[0].message
    site = Site(limits=Limits(frames_per_minute=0, bytes_per_minute=20_000, in_flight=2))
    assert site.send(robot, *robot.pieces()[:2]) == [MORE, LATER]


class Absent(Silent):
    present = False


def test_who_sends_what_it_must_not() -> None:
    site, robot = Site(), Robot()
    with pytest.raises(WireError):
        site.send(robot, b"junk")
    with pytest.raises(WrongRobotError):
        site.send(robot, *robot.pieces(robot="r2"))
    (piece,) = pieces("r1/1", b"no frame")
    with pytest.raises(WireError):
        site.send(robot, encode_frame_piece(piece))
    with pytest.raises(GoneError):
        Site(transport=Silent()).send(Robot(seconds=0.01), *robot.pieces())
    assert site.asked == []
