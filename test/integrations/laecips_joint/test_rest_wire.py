"""Messages of the bridge in the lists of Sedna's REST interface."""

import json
from typing import Any

import pytest
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer, HardFrameRequest
from laecips_edge.core.link.wire_error import WireError
from laecips_joint.rest_wire import pack_answer, pack_request, unpack_answer, unpack_request

REQUEST = HardFrameRequest(
    request_id="s/4",
    robot="r",
    stamp_ns=17,
    picture=bytes(range(256)),
    picture_format="jpeg",
    depth=b"",
    bundle_version=7,
    classes_hash="abc",
    why="hard",
    trust=0.25,
    scores=b"",
)
ANSWER = HardFrameAnswer(status=AnswerStatus.OK, label_map=b"\0\1", confidence_map=b"\2")


def test_through_json_and_back() -> None:
    assert unpack_request(json.loads(json.dumps(pack_request(REQUEST)))) == REQUEST
    assert unpack_answer(json.loads(json.dumps(pack_answer(ANSWER)))) == ANSWER


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "no list of one text"),
        ([], "no list of one text"),
        ([[0.1, 0.2]], "no list of one text"),  # what Sedna's own example sends
        (["a", "b"], "no list of one text"),
        (["&&&&"], "no base64"),
        (["YWJj"], "not such a message"),
        (["A" * (23 << 20)], "characters are more than a message of 16777216 bytes"),
    ],
    ids=["none", "empty", "pixels", "two", "text", "message", "large"],
)
def test_what_is_no_request(data: Any, message: str) -> None:
    with pytest.raises(WireError, match=message):
        unpack_request(data)


def test_the_largest_message_passes_the_bound() -> None:
    with pytest.raises(WireError, match="not such a message"):
        unpack_request(["A" * ((16 << 20) // 3 * 4)])
