"""Tables of text; the docstring has the usual one."""

from laecips_edge.core.text_table import text_table


def test_no_line_ends_with_blanks() -> None:
    assert text_table([("a", "long"), ("longer", "b")]) == "a       long\nlonger  b"
