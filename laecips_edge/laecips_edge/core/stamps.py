"""Stamps of ROS messages as one integer, the key by which frames, answers and truth are matched."""

from typing import Any


def nanoseconds(stamp: Any) -> int:
    """A builtin_interfaces/Time, or whatever has its fields `sec` and `nanosec`, in nanoseconds."""
    return int(stamp.sec) * 10**9 + int(stamp.nanosec)
