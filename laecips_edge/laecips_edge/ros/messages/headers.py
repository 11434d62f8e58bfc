"""Message headers from the stamps and frame ids of the core."""

from builtin_interfaces.msg import Time
from std_msgs.msg import Header


def header_of(stamp_ns: int, frame_id: str) -> Header:
    """Return the header of a stamp in nanoseconds and a frame id."""
    return Header(stamp=time_of(stamp_ns), frame_id=frame_id)


def time_of(stamp_ns: int) -> Time:
    """Return the time message of a stamp in nanoseconds."""
    sec, nanosec = divmod(stamp_ns, 10**9)
    return Time(sec=sec, nanosec=nanosec)
