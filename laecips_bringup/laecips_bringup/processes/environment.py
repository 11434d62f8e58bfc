"""Variables of this process and its children, for a while."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any


@contextmanager
def environment(added: Mapping[str, str]) -> Iterator[None]:
    """Sets variables; on leaving, what was there before is there again."""
    before: dict[str, Any] = {name: os.environ.get(name) for name in added}
    os.environ.update(added)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
