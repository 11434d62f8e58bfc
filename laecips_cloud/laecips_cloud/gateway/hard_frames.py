"""Handling of a hard frame from the network: check it, apply the quota, ask the cloud, answer."""

from __future__ import annotations

from dataclasses import replace

from laecips_edge.core.link import protobuf
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer, HardFrameRequest
from laecips_edge.core.link.transport import Transport
from laecips_edge.core.link.wire_error import WireError

from laecips_cloud.gateway.caller import (
    PLAIN_TEXT,
    Caller,
    GoneError,
    check_robot,
    wait_for_answer,
)
from laecips_cloud.gateway.counters import GatewayCounters
from laecips_cloud.gateway.quotas import Quotas


class HardFrames:
    """Answers hard frames from the network. Thread-safe; a call blocks its own thread only.

    Args:
        transport: transport to the cloud's service.
        quotas: quotas of the robots.
        counters: counters; every call is counted once.
    """

    def __init__(
        self,
        transport: Transport[HardFrameRequest, HardFrameAnswer],
        *,
        quotas: Quotas,
        counters: GatewayCounters,
    ) -> None:
        self._transport = transport
        self._quotas = quotas
        self._counters = counters

    def answer(self, data: bytes, caller: Caller) -> bytes:
        """Return the serialised answer.

        Args:
            data: the serialised request.
            caller: the caller that waits for the answer.

        Raises:
            WireError: `data` is no request, or a part is out of bounds.
            WrongRobotError: the request names another robot than the certificate.
            GoneError: the caller no longer waits; the request to the cloud, if any, was cancelled.
        """
        robot = caller.robot or PLAIN_TEXT
        self._counters.add(robot, bytes_up=len(data))
        refused = self._quotas.admit(robot, len(data))
        if refused:
            self._counters.add(robot, over_quota=1)
            return self._encode(_unavailable(refused), robot)
        try:
            return self._encode(self._ask(request_from(data, caller), caller, robot), robot)
        finally:
            self._quotas.release(robot)

    def _ask(self, request: HardFrameRequest, caller: Caller, robot: str) -> HardFrameAnswer:
        if not self._transport.present:
            self._counters.add(robot, no_cloud=1)
            return _unavailable("the gateway sees no cloud_node: start it")
        seconds = caller.seconds_left()
        if request.deadline_s:
            seconds = min(seconds, request.deadline_s)
        if seconds <= 0:
            self._counters.add(robot, gone=1)
            raise GoneError
        try:
            answer = wait_for_answer(
                self._transport, replace(request, deadline_s=seconds), caller, seconds
            )
        except GoneError:
            self._counters.add(robot, gone=1)
            raise
        self._counters.add(robot, answered=1)
        return answer

    def _encode(self, answer: HardFrameAnswer, robot: str) -> bytes:
        try:
            data = protobuf.encode_answer(answer)
        except WireError as error:
            data = protobuf.encode_answer(_unavailable(f"the cloud's answer: {error}"))
        self._counters.add(robot, bytes_down=len(data))
        return data


def request_from(data: bytes, caller: Caller) -> HardFrameRequest:
    """Return a caller's request, under an id that no other robot can give.

    Raises:
        WireError: `data` is no request, or a part is out of bounds.
        WrongRobotError: the request names another robot than the certificate.
    """
    request = protobuf.decode_request(data)
    check_robot(caller, request.robot)
    # The cloud finds a stored answer by its request id: prefix it, so that no robot gets another's.
    if request.request_id.startswith(f"{request.robot}/"):
        return request
    return replace(request, request_id=f"{request.robot}/{request.request_id}")


def _unavailable(message: str) -> HardFrameAnswer:
    return HardFrameAnswer(status=AnswerStatus.UNAVAILABLE, message=message)
