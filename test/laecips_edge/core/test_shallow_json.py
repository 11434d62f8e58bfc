import pytest
from laecips_edge.core.shallow_json import MOST_LEVELS, parse_shallow


def nested(levels: int, ends: str) -> str:
    """A text of so many levels."""
    return ends[:-1] * levels + "1" + ends[-1] * levels


@pytest.mark.parametrize("ends", ["[]", '{"a":}'], ids=["lists", "objects"])
def test_levels(ends: str) -> None:
    parse_shallow(nested(MOST_LEVELS, ends))
    for levels in (MOST_LEVELS + 1, 900, 5_000, 100_000):
        with pytest.raises(ValueError, match="more than 32 lists and objects in each other"):
            parse_shallow(nested(levels, ends))


@pytest.mark.parametrize("text", [b"\xff", "", "{", "[" * 2_000])
def test_no_json(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"codec|Expecting|more than"):
        parse_shallow(text)


def test_numbers_that_are_none_are_left_to_the_caller() -> None:
    assert parse_shallow(b"[NaN]", parse_constant=lambda name: name) == ["NaN"]
