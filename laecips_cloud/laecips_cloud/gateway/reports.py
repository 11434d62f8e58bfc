"""Robots' reports on model updates: passed on to the trainer in the name of their certificate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from laecips_edge.core.link import model_protobuf
from laecips_edge.core.link.model_update import RobotReport

from laecips_cloud.gateway.caller import PLAIN_TEXT, Caller, check_robot
from laecips_cloud.gateway.counters import GatewayCounters
from laecips_cloud.gateway.quotas import Limits, Quotas

LIMITS: Final = Limits(frames_per_minute=120, bytes_per_minute=0, in_flight=2)
"""Reports of one robot: a few for each update, and again those of a robot that starts anew."""


class Reports:
    """Answers calls that bring a report. Thread-safe.

    Args:
        publish: passes a report on; returns whether a trainer is there to hear it.
        counters: counters of the reports.
    """

    def __init__(
        self, publish: Callable[[RobotReport], bool], *, counters: GatewayCounters
    ) -> None:
        self._publish = publish
        self._counters = counters
        self._quotas = Quotas(LIMITS)

    def receive(self, data: bytes, caller: Caller) -> bytes:
        """Pass a serialised report on, and return the serialised receipt.

        Raises:
            WireError: `data` is no report, or a part is out of bounds.
            WrongRobotError: the report names another robot than the certificate.
        """
        refused = self._quotas.admit(caller.robot, len(data))
        if refused:
            return model_protobuf.encode_receipt(refused)
        try:
            return model_protobuf.encode_receipt(self._pass_on(data, caller))
        finally:
            self._quotas.release(caller.robot)

    def _pass_on(self, data: bytes, caller: Caller) -> str:
        report = model_protobuf.decode_report(data)
        check_robot(caller, report.robot)
        if not self._publish(report):
            return "the gateway sees no trainer_node: start it"
        self._counters.add(caller.robot or PLAIN_TEXT, model_reports=1)
        return ""
