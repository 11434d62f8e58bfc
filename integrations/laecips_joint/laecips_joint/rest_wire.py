"""The bridge's messages behind Sedna's REST interface, which carries lists: one text of base64.

Sedna's client sends `{"data": [...]}` and gets `{"result": [...]}`.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from laecips_edge.core.link.hard_frame import HardFrameAnswer, HardFrameRequest
from laecips_edge.core.link.protobuf import (
    MAX_ANSWER,
    MAX_REQUEST,
    decode_answer,
    decode_request,
    encode_answer,
    encode_request,
)
from laecips_edge.core.link.wire_error import WireError


def pack_request(request: HardFrameRequest) -> list[str]:
    """Return a request as a list; WireError where a part of it is too large."""
    return _pack(encode_request(request))


def unpack_request(data: Any) -> HardFrameRequest:
    """Return the request in a list; WireError if there is none."""
    return decode_request(_unpack(data, MAX_REQUEST))


def pack_answer(answer: HardFrameAnswer) -> list[str]:
    """Return an answer as a list; WireError where a map is too large."""
    return _pack(encode_answer(answer))


def unpack_answer(data: Any) -> HardFrameAnswer:
    """Return the answer in a list; WireError if there is none."""
    return decode_answer(_unpack(data, MAX_ANSWER))


def _pack(message: bytes) -> list[str]:
    return [base64.b64encode(message).decode("ascii")]


def _unpack(data: Any, most: int) -> bytes:
    if not (isinstance(data, list) and len(data) == 1 and isinstance(data[0], str)):
        raise WireError("no list of one text: do both sides run laecips?")
    if len(data[0]) > 4 * (most // 3 + 1):
        raise WireError(f"{len(data[0])} characters are more than a message of {most} bytes has")
    try:
        return base64.b64decode(data[0], validate=True)
    except (binascii.Error, ValueError) as error:
        raise WireError(f"no base64 ({error}): do both sides run laecips?") from error
