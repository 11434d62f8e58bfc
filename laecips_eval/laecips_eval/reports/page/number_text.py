"""Numbers as text of the page."""

from __future__ import annotations

from typing import Final

MISSING: Final = "\N{EN DASH}"
"""Text of a missing number."""


def points(value: float | None) -> str:
    """Return an accuracy in [0, 1] as `0.532`."""
    return MISSING if value is None else f"{value:.3f}"


def percent(value: float | None) -> str:
    """Return a share in [0, 1] as `53.2 %`."""
    return MISSING if value is None else f"{100 * value:.1f} %"


def gain(value: float | None, against: float | None) -> str:
    """Return `value - against` in points of a hundred: `+1.2`, with a true minus sign."""
    if value is None or against is None:
        return MISSING
    text = f"{100 * (value - against):+.1f}"
    return "0.0" if text in {"+0.0", "-0.0"} else text.replace("-", "\N{MINUS SIGN}")


def number(value: float | None, unit: str = "", *, digits: int = 0) -> str:
    """Return a number with its unit: `1,234 ms`."""
    if value is None:
        return MISSING
    return f"{value:,.{digits}f}" + (f" {unit}" if unit else "")
