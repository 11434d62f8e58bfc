from collections.abc import Callable
from typing import Any

import grpc
import pytest
from laecips_edge.bridge.read_ahead import PAUSE_S, ReadAhead
from laecips_edge.core.link import model_protobuf
from laecips_edge.core.link.model_protobuf import MAX_PIECE
from laecips_edge.core.link.model_update import PieceAnswer, PieceRequest, PieceStatus

FILE = bytes(range(256)) * (10 * MAX_PIECE // 256) + b"the end"


class Call:
    """A call of the trainer that has its answer, and may be cancelled."""

    def __init__(self, answer: bytes | Exception, *, late: bool = False) -> None:
        self._answer = answer
        self._late = late
        self.cancelled = False

    def result(self) -> bytes:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer

    def exception(self) -> Exception | None:
        return self._answer if isinstance(self._answer, Exception) else None

    def add_done_callback(self, heard: Callable[[Any], None]) -> None:
        if not self._late:
            heard(self)

    def cancel(self) -> None:
        self.cancelled = True


class Trainer:
    """The gateway's GetModel."""

    def __init__(self) -> None:
        self.asked: list[PieceRequest] = []
        self.calls: list[Call] = []
        self.error: Exception | None = None
        self.late = False
        self.refused_once: set[int] = set()

    def future(self, data: bytes, timeout: float) -> Call:
        request = model_protobuf.decode_piece_request(data)
        self.asked.append(request)
        part = FILE[request.offset : request.offset + request.length]
        answer = PieceAnswer(size=len(FILE), data=part)
        if request.offset in self.refused_once:
            self.refused_once.remove(request.offset)
            answer = PieceAnswer(status=PieceStatus.UNAVAILABLE, message="not now")
        encoded = model_protobuf.encode_piece(answer)
        self.calls.append(Call(self.error or encoded, late=self.late))
        return self.calls[-1]


def fetch(ahead: ReadAhead, **fields: Any) -> bytes:
    """Fetch a file as a robot does."""
    data = b""
    while len(data) < len(FILE):
        values = {"version": 2, "file": "f", "offset": len(data), "length": 65_536}
        answer = ahead.piece(PieceRequest(**(values | fields)))
        assert len(answer.data) <= 65_536
        data += answer.data
    return data


def test_a_file_comes_whole_and_each_piece_is_asked_for_once() -> None:
    trainer = Trainer()
    assert fetch(ReadAhead(trainer, lambda seconds: True)) == FILE
    offsets = [request.offset for request in trainer.asked]
    assert offsets == list(range(0, len(FILE), MAX_PIECE))


def test_pieces_are_under_way_before_the_robot_asks_for_them() -> None:
    trainer = Trainer()
    ahead = ReadAhead(trainer, lambda seconds: True)
    for number in range(3):
        offset = number * MAX_PIECE
        ahead.piece(PieceRequest(version=2, file="f", offset=offset, length=MAX_PIECE))
    assert len(trainer.asked) > 4


@pytest.mark.parametrize(("late", "most"), [(False, 4), (True, 1)])
def test_pieces_that_are_there_come_together(late: bool, most: int) -> None:
    trainer = Trainer()
    trainer.late = late
    ahead = ReadAhead(trainer, lambda seconds: True)
    data, sizes = b"", []
    while len(data) < len(FILE):
        request = PieceRequest(version=2, file="f", offset=len(data), length=4 * MAX_PIECE + 1)
        sizes.append(len(ahead.piece(request).data))
        data += FILE[request.offset : request.offset + sizes[-1]]
    assert max(sizes) == most * MAX_PIECE
    assert max(request.length for request in trainer.asked) == MAX_PIECE


def test_a_piece_ahead_that_is_refused_is_asked_for_again() -> None:
    trainer = Trainer()
    trainer.refused_once = {MAX_PIECE, 5 * MAX_PIECE}
    ahead, data, refusals = ReadAhead(trainer, lambda seconds: True), b"", 0
    while len(data) < len(FILE):
        request = PieceRequest(version=2, file="f", offset=len(data), length=4 * MAX_PIECE)
        answer = ahead.piece(request)
        refusals += answer.status is PieceStatus.UNAVAILABLE
        data += answer.data
    assert (data == FILE, refusals <= 1) == (True, True)


def test_behind_hard_frames_without_end_a_model_comes_a_piece_a_pause() -> None:
    trainer, waits = Trainer(), list[float]()

    def never_idle(seconds: float) -> bool:
        waits.append(seconds)
        return False

    assert fetch(ReadAhead(trainer, never_idle)) == FILE
    pieces = -(-len(FILE) // MAX_PIECE)
    assert len(trainer.asked) == pieces, "a piece was asked for ahead, or twice"
    assert waits.count(PAUSE_S) == pieces


def test_another_file_or_place_cancels_what_was_asked_ahead() -> None:
    trainer = Trainer()
    ahead = ReadAhead(trainer, lambda seconds: True)
    requests = (
        PieceRequest(version=2, file="f", offset=0, length=MAX_PIECE),
        PieceRequest(version=2, file="g", offset=0, length=MAX_PIECE),
        PieceRequest(version=2, file="g", offset=5 * MAX_PIECE, length=1000),
    )
    for request in requests:
        start = len(trainer.calls)
        assert ahead.piece(request).data[:1] == FILE[request.offset :][:1]
        assert trainer.asked[start] == request
        ahead_of_others = zip(trainer.asked[:start], trainer.calls, strict=False)
        assert all(call.cancelled for asked, call in ahead_of_others if asked not in requests)


def test_after_an_error_the_piece_is_asked_for_anew() -> None:
    trainer = Trainer()
    trainer.error = grpc.RpcError("down")
    ahead = ReadAhead(trainer, lambda seconds: True)
    with pytest.raises(grpc.RpcError):
        fetch(ahead)
    trainer.error = None
    assert fetch(ahead) == FILE
