"""Pieces of models and offers: there and back, and what is refused."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import laecips_edge.core.link.laecips_bridge_pb2 as pb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.link import model_protobuf
from laecips_edge.core.link.model_update import (
    ModelOffer,
    PieceAnswer,
    PieceRequest,
    PieceStatus,
    RobotReport,
    UpdateOutcome,
    UpdateReport,
)
from laecips_edge.core.link.protobuf import MAX_MESSAGE, STAMPS_NS
from laecips_edge.core.link.wire_error import WireError

texts = st.text(max_size=50)
uint32, uint64 = st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1)

requests = st.builds(PieceRequest, version=uint32, file=texts, offset=uint64, length=uint32)
answers = st.builds(
    PieceAnswer,
    status=st.sampled_from(PieceStatus),
    message=texts,
    size=uint64,
    data=st.binary(max_size=200),
)
offers = st.builds(
    ModelOffer,
    name=texts,
    version=st.integers(1, 2**32 - 1),
    parent=uint32,
    classes_hash=texts,
    manifest_sha256=texts,
    bytes=uint64,
    ordered=st.booleans(),
)
figures = st.floats(0, width=32, allow_infinity=False)
reports = st.builds(
    RobotReport,
    robot=texts,
    stamp_ns=st.integers(STAMPS_NS[0], STAMPS_NS[-1]),
    report=st.builds(
        UpdateReport,
        outcome=st.sampled_from(UpdateOutcome),
        version=uint32,
        running=uint32,
        reason=texts,
        transfer_s=figures,
        bytes=uint64,
        swap_ms=figures,
        frames_lost=uint32,
    ),
)
REPORT = RobotReport(
    robot="r1",
    stamp_ns=5,
    report=UpdateReport(outcome=UpdateOutcome.REFUSED, version=2, running=1, reason="why"),
)


@given(request=requests)
def test_a_request_there_and_back(request: PieceRequest) -> None:
    back = model_protobuf.decode_piece_request(model_protobuf.encode_piece_request(request))
    assert back == replace(request, length=min(request.length, model_protobuf.MAX_PIECE))


@given(answer=answers)
def test_an_answer_there_and_back(answer: PieceAnswer) -> None:
    assert model_protobuf.decode_piece(model_protobuf.encode_piece(answer)) == answer


@given(offer=st.none() | offers)
def test_an_announcement_there_and_back(offer: ModelOffer | None) -> None:
    data = model_protobuf.encode_offer(offer)
    assert model_protobuf.decode_offer(data) == offer


@given(report=reports)
def test_a_report_there_and_back(report: RobotReport) -> None:
    assert model_protobuf.decode_report(model_protobuf.encode_report(report)) == report


def test_a_long_reason_is_cut_and_arrives() -> None:
    long = replace(REPORT, report=replace(REPORT.report, reason="\N{ROBOT FACE}" * 2000))
    back = model_protobuf.decode_report(model_protobuf.encode_report(long))
    assert back.report.reason == "\N{ROBOT FACE}" * MAX_MESSAGE


@given(refusal=texts)
def test_a_receipt_there_and_back(refusal: str) -> None:
    assert model_protobuf.decode_receipt(model_protobuf.encode_receipt(refusal)) == refusal


@given(data=st.binary(max_size=300))
@pytest.mark.parametrize(
    "decode",
    [
        model_protobuf.decode_piece_request,
        model_protobuf.decode_piece,
        model_protobuf.decode_offer,
        model_protobuf.decode_report,
        model_protobuf.decode_receipt,
    ],
)
def test_junk_is_a_wire_error_or_a_message(decode: Any, data: bytes) -> None:
    with suppress(WireError):
        decode(data)


@pytest.mark.parametrize(
    ("decode", "message", "line"),
    [
        (model_protobuf.decode_piece_request, pb.ModelPieceRequest(file="f" * 257), "file: 257"),
        (model_protobuf.decode_piece, pb.ModelPiece(data=bytes(16385)), "data: 16385 bytes"),
        (model_protobuf.decode_piece, pb.ModelPiece(data=bytes(30000)), "ModelPiece: 30004 bytes"),
        (model_protobuf.decode_piece, pb.ModelPiece(message="m" * 1025), "message: 1025"),
        (
            model_protobuf.decode_offer,
            pb.ModelUpdate(version=1, name="n" * 257),
            "name: 257",
        ),
        (
            model_protobuf.decode_offer,
            pb.ModelUpdate(version=1, signature="s" * 2049),
            "signature: 2049",
        ),
        (model_protobuf.decode_report, pb.ModelReport(outcome=4), "outcome: 4 is not known"),
        (model_protobuf.decode_report, pb.ModelReport(stamp_ns=2**62), "stamp_ns: 46"),
        (model_protobuf.decode_report, pb.ModelReport(swap_ms=float("nan")), "swap_ms: nan"),
        (model_protobuf.decode_report, pb.ModelReport(robot="r" * 257), "robot: 257"),
        (model_protobuf.decode_receipt, pb.ModelReportReceipt(refusal="r" * 1025), "refusal: 1025"),
    ],
)
def test_out_of_bounds(decode: Any, message: Any, line: str) -> None:
    with pytest.raises(WireError, match=line):
        decode(message.SerializeToString())


def test_a_piece_that_cannot_arrive_is_not_sent() -> None:
    with pytest.raises(WireError, match="data: 16385"):
        model_protobuf.encode_piece(PieceAnswer(data=bytes(16385)))


def test_an_unknown_status_is_no_piece() -> None:
    answer = model_protobuf.decode_piece(pb.ModelPiece(status=77).SerializeToString())
    assert answer.status is PieceStatus.UNAVAILABLE
