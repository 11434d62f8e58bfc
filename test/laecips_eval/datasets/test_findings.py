"""What is found is counted, and the first of it named."""

import pytest
from laecips_eval.datasets.findings import Findings


@pytest.mark.parametrize(
    ("names", "line"),
    [
        (["a"], "dents: 1 (a)"),
        (["a", "b", "c"], "dents: 3 (a, b, c)"),
        (["a", "b", "c", "d", "e"], "dents: 5 (a, b, c, ...)"),
        (["a", "a"], "dents: 2 (a)"),
        (["", ""], "dents: 2"),
    ],
)
def test_a_line_a_kind(names: list[str], line: str) -> None:
    found = Findings()
    for name in names:
        found.add("dents", name)
    found.add("scratches", "z")
    assert list(found.lines()) == [line, "scratches: 1 (z)"]
    assert (found["dents"], found["holes"], len(found)) == (len(names), 0, len(names) + 1)


def test_nothing_found() -> None:
    assert not Findings()
    assert not list(Findings().lines())
