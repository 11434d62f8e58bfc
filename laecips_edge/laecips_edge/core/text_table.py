"""Tables of text for the terminal."""

from __future__ import annotations

from collections.abc import Sequence


def text_table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as lines with aligned columns.

    Args:
        rows: the headings and the other rows, all of the same length.

    Example:
        >>> print(text_table([("id", "class"), ("1", "scratch"), ("12", "dent")]))
        id  class
        1   scratch
        12  dent
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
