"""JSON from elsewhere: of few levels, so that whatever walks or prints it has stack enough."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

MOST_LEVELS = 32
"""Levels of lists and objects in each other; what Python itself takes differs by version."""


def parse_shallow(text: str | bytes, *, parse_constant: Callable[[str], Any] | None = None) -> Any:
    """Return the value of a JSON text.

    Args:
        text: the text; bytes in UTF-8, UTF-16 or UTF-32.
        parse_constant: called with NaN, Infinity and -Infinity, as in `json.loads`.

    Raises:
        ValueError: it is no JSON, or has more than `MOST_LEVELS` levels.

    Example:
        >>> parse_shallow('{"a": [1]}')
        {'a': [1]}
    """
    try:
        value = json.loads(text, parse_constant=parse_constant)
    except RecursionError as error:
        raise _deep() from error
    level = [value]
    for _ in range(MOST_LEVELS + 1):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return value
    raise _deep()


def _inside(value: Any) -> list[Any]:
    """Return what is in a list or an object; nothing of another value."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _deep() -> ValueError:
    return ValueError(f"more than {MOST_LEVELS} lists and objects in each other")
