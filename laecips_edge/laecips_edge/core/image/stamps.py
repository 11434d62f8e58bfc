"""Stamps of images."""

from typing import Any


def nanoseconds(stamp: Any) -> int:
    """Return a builtin_interfaces/Time (fields `sec` and `nanosec`) in nanoseconds."""
    return int(stamp.sec) * 10**9 + int(stamp.nanosec)
