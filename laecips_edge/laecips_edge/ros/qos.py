"""The QoS profiles of this project's publishers and subscriptions.

Subscriptions to images use the sensor-data profile (REP 2003): a best-effort subscription matches
reliable and best-effort publishers, but only a reliable one gets every large image of a reliable
publisher. Results are published reliable, which both kinds of
subscription match. A latched topic keeps its last messages for later subscriptions.
"""

from collections.abc import Iterable

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

RELIABILITIES = {
    "best_effort": ReliabilityPolicy.BEST_EFFORT,
    "reliable": ReliabilityPolicy.RELIABLE,
    "best_available": ReliabilityPolicy.BEST_AVAILABLE,
}
"""Values of the parameter `reliability`; `best_available` follows the publisher."""


def best_available(offered: Iterable[ReliabilityPolicy]) -> str:
    """Return the reliability of a subscription that gets the most from these publishers.

    Args:
        offered: Reliability of each publisher; with none, a reliable one is expected.
    """
    reliable_only = all(policy == ReliabilityPolicy.RELIABLE for policy in offered)
    return "reliable" if reliable_only else "best_effort"


def sensor_data(reliability: str = "best_effort", *, depth: int = 5) -> QoSProfile:
    """Return the profile of a subscription to a sensor.

    Args:
        reliability: One of `RELIABILITIES`. `reliable` does not match a best-effort publisher.
        depth: Messages kept while the callback is busy.

    Raises:
        ValueError: The reliability is unknown; the message lists the known ones.
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
    """Return the profile of a publisher of results: every subscription matches it.

    Args:
        depth: Messages kept for slow subscriptions.
    """
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
        reliability=ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.VOLATILE,
    )


def latched(*, depth: int = 1) -> QoSProfile:
    """Return the profile of a topic whose last `depth` messages also reach later subscriptions."""
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
        reliability=ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL,
    )
