"""Offers, pieces and reports as messages."""

from dataclasses import replace

import pytest
from builtin_interfaces.msg import Time
from laecips_edge.core.link.model_update import (
    ModelOffer,
    PieceAnswer,
    PieceRequest,
    PieceStatus,
    RobotReport,
    UpdateOutcome,
    UpdateReport,
)
from laecips_edge.ros.messages.model_update import (
    offer_message,
    offer_of,
    piece_message,
    piece_of,
    piece_request_message,
    piece_request_of,
    report_message,
    report_of,
)

from laecips_msgs.msg import ModelReport
from laecips_msgs.srv import GetModel

STAMP = Time(sec=3, nanosec=7)
OFFER = ModelOffer(
    name="line",
    version=4,
    parent=3,
    classes_hash="0123456789abcdef",
    manifest_sha256="f" * 64,
    bytes=1 << 33,
    signature="text",
)


@pytest.mark.parametrize("ordered", [False, True])
def test_an_offer_comes_across(ordered: bool) -> None:
    offer = replace(OFFER, ordered=ordered)
    message = offer_message(offer, stamp=STAMP)
    assert message.header.stamp == STAMP
    assert offer_of(message) == offer


def test_a_request_comes_across() -> None:
    request = PieceRequest(version=4, file="weights.safetensors", offset=1 << 33, length=9)
    assert piece_request_of(piece_request_message(request)) == request


@pytest.mark.parametrize(
    "piece",
    [
        PieceAnswer(size=1 << 33, data=b"data"),
        PieceAnswer(status=PieceStatus.UNKNOWN_FILE, message="no file"),
    ],
)
def test_a_piece_comes_across(piece: PieceAnswer) -> None:
    assert piece_of(piece_message(GetModel.Response(), piece)) == piece


def test_an_unknown_status_is_no_piece() -> None:
    answer = piece_of(GetModel.Response(status=77, message="new"))
    assert answer.refusal == "refused (4): unknown status 77: new"


@pytest.mark.parametrize("status", list(PieceStatus))
def test_statuses_are_those_of_the_service(status: PieceStatus) -> None:
    assert status == getattr(GetModel.Response, status.name)


@pytest.mark.parametrize("outcome", list(UpdateOutcome))
def test_a_report_says_what_became_of_an_offer(outcome: UpdateOutcome) -> None:
    report = UpdateReport(
        outcome=outcome, version=4, running=3, reason="why", transfer_s=2.0, bytes=9, swap_ms=0.5
    )
    message = report_message(report, robot="r2", stamp=STAMP)
    assert message.outcome == getattr(ModelReport, outcome.name)
    assert (message.robot, message.header.stamp) == ("r2", STAMP)
    assert (message.version, message.running, message.reason) == (4, 3, "why")
    assert (message.transfer_s, message.bytes, message.swap_ms) == (2.0, 9, 0.5)
    assert report_of(message) == RobotReport(robot="r2", stamp_ns=3_000_000_007, report=report)


def test_an_unknown_outcome_is_no_report() -> None:
    with pytest.raises(ValueError, match="outcome 9 is unknown"):
        report_of(ModelReport(outcome=9))
