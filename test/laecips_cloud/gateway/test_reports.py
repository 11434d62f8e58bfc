"""Robots' reports on model updates that have come over the network, without a network."""

import pytest
from laecips_cloud.gateway.caller import WrongRobotError
from laecips_cloud.gateway.counters import GatewayCounters
from laecips_cloud.gateway.reports import LIMITS, Reports
from laecips_edge.core.link import model_protobuf
from laecips_edge.core.link.model_update import RobotReport, UpdateOutcome, UpdateReport
from laecips_edge.core.link.wire_error import WireError

REPORT = RobotReport(
    robot="r1",
    stamp_ns=5,
    report=UpdateReport(outcome=UpdateOutcome.SWAPPED, version=2, running=2),
)


class From:
    """A caller."""

    def __init__(self, robot: str) -> None:
        self.robot = robot

    def seconds_left(self) -> float:
        return 1.0

    def on_end(self, listener: object) -> None:
        pass


class Trainer:
    """Hears reports while it is there."""

    present = True

    def __init__(self) -> None:
        self.heard: list[RobotReport] = []

    def hear(self, report: RobotReport) -> bool:
        if self.present:
            self.heard.append(report)
        return self.present


def send(reports: Reports, robot: str = "r1") -> str:
    receipt = reports.receive(model_protobuf.encode_report(REPORT), From(robot))
    return model_protobuf.decode_receipt(receipt)


def test_a_report_is_acknowledged_once_a_trainer_has_it() -> None:
    trainer, counters = Trainer(), GatewayCounters()
    reports = Reports(trainer.hear, counters=counters)
    trainer.present = False
    assert send(reports) == "the gateway sees no trainer_node: start it"
    assert counters.counts()["model_reports"] == 0
    trainer.present = True
    assert send(reports) == ""
    assert trainer.heard == [REPORT]
    assert counters.counts()["model_reports"] == 1


@pytest.mark.parametrize(("robot", "heard"), [("r1", 1), ("", 1), ("r2", 0)])
def test_whose_report_it_is(robot: str, heard: int) -> None:
    """In plain text, without a certificate, the report's name stands."""
    trainer = Trainer()
    reports = Reports(trainer.hear, counters=GatewayCounters())
    if heard:
        assert send(reports, robot) == ""
    else:
        with pytest.raises(WrongRobotError, match="the certificate is of robot r2"):
            send(reports, robot)
    assert len(trainer.heard) == heard


def test_a_flood_and_garbage() -> None:
    trainer = Trainer()
    reports = Reports(trainer.hear, counters=GatewayCounters())
    with pytest.raises(WireError):
        reports.receive(b"junk", From("r2"))
    most = int(LIMITS.frames_per_minute)
    refusals = [send(reports) for _ in range(most + 20)]
    assert set(refusals[:most]) == {""}
    assert "robot r1 has sent its 120 frames a minute: wait" in refusals[-1]
    assert send(Reports(trainer.hear, counters=GatewayCounters())) == ""
