"""Ask nodes for their lifecycle state, from a process that is no node of the graph's own."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from lifecycle_msgs.srv import GetState
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from laecips_edge.ros import dds_transport


def node_states(names: Sequence[str], *, wait_s: float) -> dict[str, str]:
    """Return the lifecycle state of each node, `active` for example; empty if it does not answer.

    Args:
        names: full names of lifecycle nodes; the slash at the beginning may be missing.
        wait_s: seconds for all of them together; nodes that answer need less than a second.
    """
    end = time.monotonic() + wait_s
    context = Context()
    context.init()
    try:
        asking = Node("_laecips_state", context=context, start_parameter_services=False)
        executor = SingleThreadedExecutor(context=context)
        executor.add_node(asking)
        clients = {name: asking.create_client(GetState, _service(name)) for name in names}
        states = dict.fromkeys(names, "")
        for name, client in clients.items():
            if not client.wait_for_service(max(0.0, end - time.monotonic())):
                continue
            answer = client.call_async(GetState.Request())
            executor.spin_until_future_complete(answer, max(0.0, end - time.monotonic()))
            if answer.done():
                states[name] = answer.result().current_state.label
        executor.shutdown()
        asking.destroy_node()
        return states
    finally:
        context.try_shutdown()


def choose_small_transport() -> None:
    """Let this process use UDP alone, unless the user chose a transport: call before ROS starts.

    A process that asks one question needs no shared memory, and a probe that is killed late would
    leave its own behind, 64 MB with our profile.
    """
    if not dds_transport.users_choice(os.environ):
        os.environ.pop(dds_transport.PROFILES, None)
        os.environ[dds_transport.BUILTIN] = "UDPv4"


def _service(name: str) -> str:
    return f"/{name.strip('/')}/get_state"
