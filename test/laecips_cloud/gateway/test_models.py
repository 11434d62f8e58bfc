"""Model updates for robots across the network, without a network."""

import pytest
from bridge_site import Silent
from laecips_cloud.gateway.caller import GoneError
from laecips_cloud.gateway.counters import GatewayCounters
from laecips_cloud.gateway.models import Models
from laecips_edge.core.link import model_protobuf
from laecips_edge.core.link.model_update import (
    ModelOffer,
    PieceAnswer,
    PieceRequest,
    PieceStatus,
)
from laecips_edge.core.link.transport import InProcessTransport
from laecips_edge.core.link.wire_error import WireError

FILE = bytes(range(256)) * 200
REQUEST = PieceRequest(version=2, file="weights.safetensors", offset=0, length=len(FILE))


class Waiting:
    robot = "r1"

    def seconds_left(self) -> float:
        return 0.05

    def on_end(self, listener: object) -> None:
        pass


def give(asked: PieceRequest) -> PieceAnswer:
    data = FILE[asked.offset : asked.offset + asked.length]
    return PieceAnswer(size=len(FILE), data=data)


def ask(models: Models, request: PieceRequest = REQUEST) -> PieceAnswer:
    data = model_protobuf.encode_piece_request(request)
    return model_protobuf.decode_piece(models.piece(data, Waiting()))


def test_a_file_comes_in_pieces_that_are_small_enough() -> None:
    counters = GatewayCounters()
    models = Models(InProcessTransport(give), counters=counters)
    first = ask(models)
    assert (len(first.data), first.size) == (model_protobuf.MAX_PIECE, len(FILE))
    assert first.data == FILE[: model_protobuf.MAX_PIECE]
    assert counters.counts()["model_bytes_down"] > len(first.data)


def test_without_a_trainer_or_with_one_that_is_silent() -> None:
    silent = Silent()
    models = Models(silent, counters=GatewayCounters())
    for _ in range(3):  # a place is free again
        with pytest.raises(GoneError):
            ask(models)
    silent.present = False
    answer = ask(models)
    assert answer.status == PieceStatus.UNAVAILABLE
    assert answer.message == "the gateway sees no trainer_node: start it"
    with pytest.raises(WireError):
        models.piece(b"junk", Waiting())


def test_what_robots_should_run() -> None:
    models = Models(Silent(), counters=GatewayCounters())
    assert model_protobuf.decode_offer(models.update(b"", Waiting())) is None
    models.offer = ModelOffer(
        name="line",
        version=2,
        parent=1,
        classes_hash="c",
        manifest_sha256="m",
        bytes=5,
        ordered=False,
    )
    found = model_protobuf.decode_offer(models.update(b"junk", Waiting()))
    assert found == models.offer
