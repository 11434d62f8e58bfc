"""`laecips state`: are these nodes active? For probes of containers, and for scripts."""

from __future__ import annotations

import argparse

HELP = "ask nodes for their lifecycle state; exit status 0 if all are active, for probes"

ACTIVE = "active"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "nodes", nargs="+", metavar="NODE", help="full name of a lifecycle node, such as /r1/edge"
    )
    parser.add_argument(
        "--alive",
        action="store_true",
        help="be content with an answer, whatever the state: a node that could not be configured "
        "waits for an operator, and a new start would not help it",
    )
    parser.add_argument(
        "--wait", type=float, default=5.0, metavar="S", help="seconds that the answers may take"
    )


def run(args: argparse.Namespace) -> int:
    """Print each node's state, and return 0 if all are as wanted, else 1.

    Raises:
        ValueError: no time is given to answer, or a name cannot be one.
    """
    if not args.wait > 0:
        raise ValueError(f"--wait is {args.wait:g}: give more than 0 seconds")
    from rclpy.exceptions import InvalidTopicNameException
    from rclpy.validate_full_topic_name import validate_full_topic_name

    from laecips_edge.ros.node_states import choose_small_transport, node_states

    for name in args.nodes:
        try:
            validate_full_topic_name(f"/{name.strip('/')}")
        except InvalidTopicNameException as error:
            why = str(error).partition("\n")[0]
            raise ValueError(f"{name!r} is no name of a node: {why}") from error
    choose_small_transport()
    states = node_states(args.nodes, wait_s=args.wait)
    for name, state in states.items():
        print(f"{name}: {state or f'no answer within {args.wait:g} s'}")
    return 0 if all(state if args.alive else state == ACTIVE for state in states.values()) else 1
