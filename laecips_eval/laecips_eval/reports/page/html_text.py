"""Pieces of HTML: escaped text, tables with heads, figures for people."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any, Final

MISSING: Final = "\N{EN DASH}"
"""What stands where there is no figure."""


def escaped(value: Any) -> str:
    """Text that is safe between tags and in quoted attributes."""
    return html.escape(str(value), quote=True)


def points(value: float | None) -> str:
    """An accuracy in [0, 1]: `0.532`."""
    return MISSING if value is None else f"{value:.3f}"


def percent(value: float | None) -> str:
    """A share in [0, 1]: `53.2 %`."""
    return MISSING if value is None else f"{100 * value:.1f} %"


def gain(value: float | None, against: float | None) -> str:
    """How many points of a hundred `value` is above `against`: `+1.2`, with a true minus."""
    if value is None or against is None:
        return MISSING
    text = f"{100 * (value - against):+.1f}"
    return "0.0" if text in {"+0.0", "-0.0"} else text.replace("-", "\N{MINUS SIGN}")


def number(value: float | None, unit: str = "", *, digits: int = 0) -> str:
    """A figure with its unit: `1,234 ms`."""
    if value is None:
        return MISSING
    return f"{value:,.{digits}f}" + (f" {unit}" if unit else "")


def table(
    caption: str,
    head: Sequence[str],
    groups: Sequence[tuple[str, Sequence[Sequence[str]]]],
    *,
    words: Sequence[int] = (),
) -> str:
    """A table whose first column names the rows; it scrolls sideways where there is no room.

    Args:
        caption: what the table says.
        head: of the columns.
        groups: rows under a name of their own each; an empty name for none.
        words: columns that hold text; the others hold figures and are set to the right.
    """
    text = {0, *words}
    styles = ["w" if place in text else "n" for place in range(len(head))]
    heads = "".join(
        f'<th scope="col" class="{style}">{escaped(name)}</th>'
        for name, style in zip(head, styles, strict=True)
    )
    bodies = "".join(_body(name, rows, styles) for name, rows in groups)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escaped(caption)}">'
        f"<table><caption><span>{escaped(caption)}</span></caption>"
        f"<thead><tr>{heads}</tr></thead>{bodies}</table></div>"
    )


def _body(name: str, rows: Sequence[Sequence[str]], styles: Sequence[str]) -> str:
    lines = []
    if name:
        span = f'scope="rowgroup" colspan="{len(styles)}"'
        lines.append(f'<tr class="group"><th {span}>{escaped(name)}</th></tr>')
    for first, *others in rows:
        cells = "".join(
            f'<td class="{style}">{escaped(cell)}</td>'
            for cell, style in zip(others, styles[1:], strict=True)
        )
        lines.append(f'<tr><th scope="row" class="w">{escaped(first)}</th>{cells}</tr>')
    return f"<tbody>{''.join(lines)}</tbody>"
