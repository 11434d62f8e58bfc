"""The name of a robot that was given none: two robots of one cloud must not share it."""

from __future__ import annotations


def usual_robot_name(namespace: str, host: str) -> str:
    """Return the name of a robot that was given none.

    Args:
        namespace: the node's namespace; `/` for none.
        host: name of the machine.

    Returns:
        The namespace without its leading `/`, or the machine's name.
    """
    return namespace.strip("/") or host or "robot"
