from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.link.announced import Announced, properties, read_announcement
from laecips_edge.core.link.protocol import Versions
from laecips_edge.core.link.wire_error import WireError


def said(tls_name: str = "cloud.example.org", **others: bytes) -> dict[bytes, bytes | None]:
    texts = {key.encode(): value.encode() for key, value in properties(tls_name).items()}
    return {**texts, **{key.encode(): value for key, value in others.items()}}


def test_what_a_gateway_says_is_read() -> None:
    assert read_announcement(["192.0.2.1", "fd00::1"], 50443, said(more=b"ignored")) == [
        Announced("192.0.2.1:50443", "cloud.example.org"),
        Announced("[fd00::1]:50443", "cloud.example.org"),
    ]


@pytest.mark.parametrize(
    ("port", "words", "line"),
    [
        (None, said(), "port: None"),
        (0, said(), "port: 0"),
        (70_000, said(), "port: 70000"),
        (1, said(tls_name=""), "tls_name: ''"),
        (1, said(tls_name="a name\n"), "tls_name: 'a name"),
        (1, said(tls_name="n" * 300), "tls_name: 'nnn"),
        (1, {}, "tls_name: ''"),
        (1, said(oldest=b"x"), "protocol versions: invalid literal"),
        (1, said(oldest=b"3"), "protocol versions: "),
    ],
)
def test_what_cannot_be_used_is_refused(
    port: int | None, words: dict[bytes, bytes | None], line: str
) -> None:
    with pytest.raises(WireError, match=line):
        read_announcement(["192.0.2.1"], port, words)


def test_another_protocol_is_refused() -> None:
    newer = {
        key.encode(): value.encode()
        for key, value in properties("cloud", Versions(oldest=8, newest=9)).items()
    }
    with pytest.raises(WireError, match="the other side speaks protocol 8 to 9"):
        read_announcement(["192.0.2.1"], 1, newer)


@given(st.dictionaries(st.sampled_from([b"tls_name", b"oldest", b"newest"]), st.binary()))
def test_garbage_is_refused_or_read(words: Any) -> None:
    try:
        (found,) = read_announcement(["192.0.2.1"], 1, words)
    except WireError:
        return
    assert found.tls_name
