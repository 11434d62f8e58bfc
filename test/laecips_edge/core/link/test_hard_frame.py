from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer, HardFrameRequest


def test_payloads_are_what_weighs_on_the_wire() -> None:
    request = HardFrameRequest(
        request_id="a",
        robot="b",
        stamp_ns=0,
        picture=b"12345",
        picture_format="jpeg",
        depth=b"123",
        bundle_version=1,
        classes_hash="",
        why="hard",
        trust=0.5,
        scores=b"12",
    )
    assert request.payload == 10
    answer = HardFrameAnswer(status=AnswerStatus.OK, label_map=b"1234", confidence_map=b"12")
    assert answer.payload == 6
