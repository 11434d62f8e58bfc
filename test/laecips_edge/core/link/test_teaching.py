from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.link.model_protobuf import MAX_PIECE
from laecips_edge.core.link.protobuf import MAX_REQUEST
from laecips_edge.core.link.teaching import (
    Assembly,
    FramePiece,
    FramePieceAnswer,
    TeachStatus,
    decode_frame_piece,
    decode_piece_answer,
    encode_frame_piece,
    encode_piece_answer,
    pieces,
)
from laecips_edge.core.link.wire_error import WireError

SIZES = (1, MAX_PIECE - 1, MAX_PIECE, MAX_PIECE + 1, 3 * MAX_PIECE + 5)


@given(size=st.sampled_from(SIZES), draws=st.data())
def test_in_any_order_and_twice_the_pieces_become_the_frame_once(size: int, draws: Any) -> None:
    data = np.random.default_rng(size).bytes(size)
    sent = [decode_frame_piece(encode_frame_piece(each)) for each in pieces("r/1", data)]
    assembly = Assembly(size)
    whole = [assembly.add(each) for each in draws.draw(st.permutations(2 * sent))]
    assert [found for found in whole if found is not None] == [data]


def piece(**fields: Any) -> FramePiece:
    values: dict[str, Any] = {"request_id": "r/1", "size": 3, "offset": 0, "data": b"abc"}
    return FramePiece(**(values | fields))


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"request_id": "r" * 300}, "request_id: 300 bytes"),
        ({"size": 0}, "size: 0 is not within"),
        ({"size": MAX_REQUEST + 1}, "size: "),
        ({"size": 4}, "piece: 3 bytes at 0 of 4"),
        ({"data": b""}, "piece: 0 bytes"),
        ({"offset": 1}, "piece: 3 bytes at 1 of 3"),
        ({"offset": MAX_PIECE}, "piece: 3 bytes at 16384 of 3"),
        ({"size": MAX_PIECE + 1, "data": bytes(MAX_PIECE + 1)}, "piece: 16385 bytes"),
    ],
)
def test_a_piece_out_of_bounds_is_refused(fields: dict[str, Any], line: str) -> None:
    with pytest.raises(WireError, match=line):
        encode_frame_piece(piece(**fields))


@given(st.binary(max_size=200))
def test_garbage_is_refused_or_within_bounds(data: bytes) -> None:
    try:
        found = decode_frame_piece(data)
    except WireError:
        return
    Assembly(found.size).add(found)


@pytest.mark.parametrize("status", TeachStatus)
def test_an_answer_arrives(status: TeachStatus) -> None:
    answer = FramePieceAnswer(status=status, message="why")
    assert decode_piece_answer(encode_piece_answer(answer)) == answer


def test_an_unknown_status_is_later() -> None:
    newer = encode_piece_answer(FramePieceAnswer(status=9, message="new"))  # type: ignore[arg-type]
    assert decode_piece_answer(newer).status is TeachStatus.LATER
