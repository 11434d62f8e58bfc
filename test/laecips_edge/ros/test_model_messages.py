"""Messages of model updates there and back."""

from laecips_edge.core.link.model_pieces import Announcement, PieceAnswer, PieceRequest
from laecips_edge.ros import model_messages

from laecips_msgs.srv import GetModel


def test_there_and_back() -> None:
    request = PieceRequest(version=3, file="weights.safetensors", offset=2**40, length=16384)
    message = model_messages.piece_request_message(request)
    assert model_messages.piece_request_of(message) == request
    answer = PieceAnswer(status=2, message="no such file", size=2**40, data=b"data")
    response = model_messages.piece_message(GetModel.Response(), answer)
    assert model_messages.piece_of(response) == answer
    announcement = Announcement(
        stamp_ns=5_000_000_007,
        name="line",
        version=3,
        parent=2,
        classes_hash="c",
        manifest_sha256="m",
        bytes=2**40,
        ordered=True,
    )
    sent = model_messages.announcement_message(announcement)
    assert model_messages.announcement_of(sent) == announcement
