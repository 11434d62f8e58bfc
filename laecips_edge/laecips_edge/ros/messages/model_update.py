"""Convert the messages of a model update from and to the core's contract."""

from __future__ import annotations

from array import array

from builtin_interfaces.msg import Time

from laecips_edge.core.image.stamps import nanoseconds
from laecips_edge.core.link.model_update import (
    ModelOffer,
    PieceAnswer,
    PieceRequest,
    PieceStatus,
    RobotReport,
    UpdateOutcome,
    UpdateReport,
)
from laecips_msgs.msg import ModelReport, ModelUpdate
from laecips_msgs.srv import GetModel

_OUTCOMES = {
    UpdateOutcome.SWAPPED: ModelReport.SWAPPED,
    UpdateOutcome.REFUSED: ModelReport.REFUSED,
    UpdateOutcome.ROLLED_BACK: ModelReport.ROLLED_BACK,
    UpdateOutcome.FAILED: ModelReport.FAILED,
}


def offer_message(offer: ModelOffer, *, stamp: Time) -> ModelUpdate:
    """Return the announcement of an offer."""
    message = ModelUpdate(
        name=offer.name,
        version=offer.version,
        parent=offer.parent,
        classes_hash=offer.classes_hash,
        manifest_sha256=offer.manifest_sha256,
        bytes=offer.bytes,
        ordered=offer.ordered,
        signature=offer.signature,
    )
    message.header.stamp = stamp
    return message


def offer_of(message: ModelUpdate) -> ModelOffer:
    """Return the offer of an announcement."""
    return ModelOffer(
        name=message.name,
        version=message.version,
        parent=message.parent,
        classes_hash=message.classes_hash,
        manifest_sha256=message.manifest_sha256,
        bytes=message.bytes,
        ordered=message.ordered,
        signature=message.signature,
    )


def piece_request_message(request: PieceRequest) -> GetModel.Request:
    """Return the message of a piece's request."""
    return GetModel.Request(
        version=request.version, file=request.file, offset=request.offset, length=request.length
    )


def piece_request_of(message: GetModel.Request) -> PieceRequest:
    """Return the request of a message."""
    return PieceRequest(
        version=message.version, file=message.file, offset=message.offset, length=message.length
    )


def piece_message(message: GetModel.Response, answer: PieceAnswer) -> GetModel.Response:
    """Fill the message of a piece."""
    message.status, message.message = int(answer.status), answer.message
    # rclpy takes an array.array for uint8[] without checking each element.
    message.size, message.data = answer.size, array("B", answer.data)
    return message


def piece_of(message: GetModel.Response) -> PieceAnswer:
    """Return the piece of a message; an unknown status counts as UNAVAILABLE."""
    known = message.status in set(PieceStatus)
    return PieceAnswer(
        status=PieceStatus(message.status) if known else PieceStatus.UNAVAILABLE,
        message=message.message if known else f"unknown status {message.status}: {message.message}",
        size=message.size,
        data=bytes(message.data),
    )


def report_message(report: UpdateReport, *, robot: str, stamp: Time) -> ModelReport:
    """Return the message of a robot's report."""
    message = ModelReport(
        robot=robot,
        version=report.version,
        running=report.running,
        outcome=_OUTCOMES[report.outcome],
        reason=report.reason,
        transfer_s=report.transfer_s,
        bytes=report.bytes,
        swap_ms=report.swap_ms,
        frames_lost=report.frames_lost,
    )
    message.header.stamp = stamp
    return message


def report_of(message: ModelReport) -> RobotReport:
    """Return the report of a message.

    Raises:
        ValueError: its outcome is unknown.
    """
    outcomes = {number: outcome for outcome, number in _OUTCOMES.items()}
    if message.outcome not in outcomes:
        raise ValueError(f"outcome {message.outcome} is unknown: do all nodes run one version?")
    return RobotReport(
        robot=message.robot,
        stamp_ns=nanoseconds(message.header.stamp),
        report=UpdateReport(
            outcome=outcomes[message.outcome],
            version=message.version,
            running=message.running,
            reason=message.reason,
            transfer_s=message.transfer_s,
            bytes=message.bytes,
            swap_ms=message.swap_ms,
            frames_lost=message.frames_lost,
        ),
    )
