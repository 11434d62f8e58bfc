"""A transport over a real service, server and client in one process."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from laecips_edge.ros.service_transport import ServiceTransport
from processes import Peer, until
from rclpy.callback_groups import ReentrantCallbackGroup

from laecips_msgs.srv import Adapt


@pytest.fixture
def transport(peer: Peer) -> ServiceTransport[int, str]:
    return ServiceTransport(
        peer.node.create_client(Adapt, "ask"),
        to_message=lambda version: Adapt.Request(version=version),
        from_message=lambda response: response.message,
    )


@pytest.fixture
def serve(peer: Peer) -> Callable[[Callable[..., Any]], None]:
    def offer(answer: Callable[..., Any]) -> None:
        peer.node.create_service(Adapt, "ask", answer, callback_group=ReentrantCallbackGroup())

    return offer


def echo(request: Adapt.Request, response: Adapt.Response) -> Adapt.Response:
    response.message = f"version {request.version}"
    return response


def test_without_a_server_it_is_not_present(transport: ServiceTransport[int, str]) -> None:
    assert not transport.present


def test_an_answer_comes_back(
    transport: ServiceTransport[int, str], serve: Callable[..., None]
) -> None:
    serve(echo)
    until(lambda: transport.present)
    heard: list[str] = []
    transport.ask(3, heard.append)
    until(lambda: heard)
    assert heard == ["version 3"]


def test_a_cancelled_answer_is_dropped(
    transport: ServiceTransport[int, str], serve: Callable[..., None]
) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def hesitate(request: Adapt.Request, response: Adapt.Response) -> Adapt.Response:
        if request.version == 1:
            asked.set()
            go_on.wait(30)
        return echo(request, response)

    serve(hesitate)
    until(lambda: transport.present)
    heard: list[str] = []
    call = transport.ask(1, heard.append)
    until(asked.is_set)
    call.cancel()
    go_on.set()
    transport.ask(2, heard.append)
    until(lambda: heard)
    assert heard == ["version 2"]
