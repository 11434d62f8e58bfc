"""Quality of service in one place: how nodes of this project subscribe and publish.

Images come in with the sensor-data profile (REP 2003): a best-effort reader matches reliable and
best-effort publishers alike. Results go out reliable, which both kinds of reader match; a latched
topic keeps its last message for readers that come later.
"""

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

RELIABILITIES = {
    "best_effort": ReliabilityPolicy.BEST_EFFORT,
    "reliable": ReliabilityPolicy.RELIABLE,
    "best_available": ReliabilityPolicy.BEST_AVAILABLE,
}
"""Values of the parameter `reliability`; `best_available` takes what the publisher offers."""


def sensor_data(reliability: str = "best_effort", *, depth: int = 5) -> QoSProfile:
    """Profile of a subscription to a sensor.

    Args:
        reliability: One of `RELIABILITIES`. `reliable` does not match a best-effort publisher.
        depth: Messages kept for a callback that is busy.

    Raises:
        ValueError: An unknown reliability; the message names the known ones.
    """
    if reliability not in RELIABILITIES:
        raise ValueError(
            f"reliability {reliability!r} is not known: use one of {', '.join(RELIABILITIES)}"
        )
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
        reliability=RELIABILITIES[reliability],
        durability=DurabilityPolicy.VOLATILE,
    )


def reliable(*, depth: int = 10) -> QoSProfile:
    """Profile of a publisher of results: every reader matches it."""
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
        reliability=ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.VOLATILE,
    )


def latched(*, depth: int = 1) -> QoSProfile:
    """Profile of a topic whose last `depth` messages also reach readers that come later."""
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
        reliability=ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL,
    )
