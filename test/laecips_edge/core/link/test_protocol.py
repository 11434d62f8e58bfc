"""Where two ranges of versions meet."""

import pytest
from laecips_edge.core.link.protocol import Versions, meeting
from laecips_edge.core.link.wire_error import WireError


@pytest.mark.parametrize(
    ("mine", "theirs", "version"),
    [((1, 1), (1, 1), 1), ((1, 3), (2, 5), 3), ((2, 5), (1, 3), 3), ((1, 9), (4, 4), 4)],
)
def test_the_newest_of_both(mine: tuple[int, int], theirs: tuple[int, int], version: int) -> None:
    assert meeting(_versions(mine), _versions(theirs)) == version


@pytest.mark.parametrize(
    ("mine", "theirs", "line"),
    [
        ((1, 1), (2, 3), "speaks protocol 2 to 3, this side 1: update this side"),
        ((3, 4), (2, 2), "speaks protocol 2, this side 3 to 4: update the other side"),
    ],
)
def test_none(mine: tuple[int, int], theirs: tuple[int, int], line: str) -> None:
    with pytest.raises(WireError, match=line):
        meeting(_versions(mine), _versions(theirs))


@pytest.mark.parametrize("pair", [(0, 1), (2, 1), (1, 2**32)])
def test_no_range(pair: tuple[int, int]) -> None:
    with pytest.raises(WireError, match="no range"):
        _versions(pair)


def _versions(pair: tuple[int, int]) -> Versions:
    return Versions(oldest=pair[0], newest=pair[1])
