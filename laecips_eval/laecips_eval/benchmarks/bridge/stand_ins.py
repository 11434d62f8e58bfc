"""Stand-ins of a robot that asks and of a cloud that answers at once, as processes.

    python -m laecips_eval.benchmarks.bridge.stand_ins cloud ros
    python -m laecips_eval.benchmarks.bridge.stand_ins cloud HOST:PORT CERTIFICATES
    python -m laecips_eval.benchmarks.bridge.stand_ins robot PLAN

The cloud prints a line once it is there and ends with its standard input; the robot prints the
outcome of its plan.
"""

from __future__ import annotations

import array
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import grpc
from laecips_edge.core.certificates.certificate import Credentials, load_credentials
from laecips_edge.core.link.grpc_options import CLIENT, SERVER

from laecips_eval.benchmarks.bridge.asking import Asking
from laecips_eval.benchmarks.bridge.plans import (
    ANSWER_BYTES,
    GIVE_UP_S,
    PIECE_BYTES,
    ROBOT,
    Outcome,
    Plan,
)

_FRAME, _PIECE = "/laecips.bench/Frame", "/laecips.bench/Piece"
_RETRY_S: Final = 0.1


def _ros_robot(plan: Plan) -> Outcome:
    import rclpy  # noqa: PLC0415 - a bare gRPC call needs no ROS
    from rclpy.executors import SingleThreadedExecutor  # noqa: PLC0415

    from laecips_msgs.srv import GetModel, SegmentHardFrame  # noqa: PLC0415

    rclpy.init(args=[])
    node = rclpy.create_node("bench_robot")
    frames = node.create_client(SegmentHardFrame, "segment_hard_frame")
    pieces = node.create_client(GetModel, "get_model")
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    threading.Thread(target=_spin, args=(executor,), daemon=True).start()
    for client in (frames, pieces):
        if not client.wait_for_service(timeout_sec=GIVE_UP_S):
            raise TimeoutError(f"no service {client.srv_name}")
    picture = array.array("B", bytes(plan.frame_bytes))
    numbers = iter(range(10**9))

    def call(client: Any, request: Any) -> Any:
        done = threading.Event()
        future = client.call_async(request)
        future.add_done_callback(lambda _: done.set())
        return future.result() if done.wait(GIVE_UP_S) else None

    def ask() -> bool:
        request = SegmentHardFrame.Request(robot=ROBOT, deadline_s=plan.deadline_s)
        request.request_id = f"{ROBOT}/{time.time_ns()}-{next(numbers)}"
        request.image.data = picture
        request.image.format = "jpeg"
        answer = call(frames, request)
        return answer is not None and answer.status == SegmentHardFrame.Response.OK

    offset = 0

    def fetch() -> int:
        nonlocal offset
        request = GetModel.Request(version=1, file="weights.safetensors", length=4 * PIECE_BYTES)
        request.offset = offset  # one after the other, as the edge node does
        answer = call(pieces, request)
        came = len(answer.data) if answer is not None else 0
        offset += came
        return came

    while plan.frame_bytes and not ask():  # the bridge greets its gateway first
        time.sleep(_RETRY_S)
    found_s = time.monotonic()
    return replace(Asking(plan, ask, fetch).run(), found_s=found_s)


def _grpc_robot(plan: Plan) -> Outcome:
    credentials = load_credentials(Path(plan.certificates), "robot")
    channel = grpc.secure_channel(
        plan.address,
        grpc.ssl_channel_credentials(
            credentials.authority, credentials.key, credentials.certificate
        ),
        options=list(CLIENT),
    )
    frame, piece = channel.unary_unary(_FRAME), channel.unary_unary(_PIECE)
    picture = bytes(plan.frame_bytes)

    def ask() -> bool:
        try:
            return len(frame(picture, timeout=GIVE_UP_S, wait_for_ready=True)) == ANSWER_BYTES
        except grpc.RpcError:
            return False

    def fetch() -> int:
        with suppress(grpc.RpcError):
            return len(piece(b"", timeout=GIVE_UP_S))
        return 0

    return Asking(plan, ask, fetch).run()


def _spin(executor: Any) -> None:
    from rclpy.executors import ExternalShutdownException  # noqa: PLC0415 - as above

    with suppress(ExternalShutdownException):
        executor.spin()


def _ros_cloud() -> None:
    import rclpy  # noqa: PLC0415 - as above
    from rclpy.executors import SingleThreadedExecutor  # noqa: PLC0415

    from laecips_msgs.srv import GetModel, SegmentHardFrame  # noqa: PLC0415

    rclpy.init(args=[])
    node = rclpy.create_node("bench_cloud")
    label_map, piece = array.array("B", bytes(ANSWER_BYTES)), array.array("B", bytes(PIECE_BYTES))

    def answer(request: Any, response: Any) -> Any:
        response.label_map.data = label_map
        return response

    def give(request: Any, response: Any) -> Any:
        response.size = 2**40
        response.data = piece[: request.length]
        return response

    node.create_service(SegmentHardFrame, "segment_hard_frame", answer)
    node.create_service(GetModel, "get_model", give)
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    threading.Thread(target=_spin, args=(executor,), daemon=True).start()
    print("there", flush=True)
    sys.stdin.read()


def _grpc_cloud(address: str, credentials: Credentials) -> None:
    label_map, piece = bytes(ANSWER_BYTES), bytes(PIECE_BYTES)
    handlers = {
        name.rpartition("/")[2]: grpc.unary_unary_rpc_method_handler(lambda _, __, data=data: data)
        for name, data in ((_FRAME, label_map), (_PIECE, piece))
    }
    server = grpc.server(ThreadPoolExecutor(8), options=list(SERVER))
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("laecips.bench", handlers),)
    )
    server.add_secure_port(
        address,
        grpc.ssl_server_credentials(
            [(credentials.key, credentials.certificate)],
            credentials.authority,
            require_client_auth=True,
        ),
    )
    server.start()
    print("there", flush=True)
    sys.stdin.read()
    server.stop(0).wait()


def main() -> None:
    """Play the part that the command line names."""
    import json  # noqa: PLC0415
    import os  # noqa: PLC0415

    side, *rest = sys.argv[1:]
    if side == "robot":
        plan = Plan(**json.loads(rest[0]))
        print((_grpc_robot if plan.via == "grpc" else _ros_robot)(plan).text(), flush=True)
    elif rest[0] == "ros":
        _ros_cloud()
    else:
        _grpc_cloud(rest[0], load_credentials(Path(rest[1]), "gateway"))
    os._exit(0)  # a thread that spins would end the process with an error


if __name__ == "__main__":
    main()
