"""A node under test in this process, in the context of its peer, spun by a thread of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from processes import Peer, claim_domain, spinning
from rclpy.parameter import Parameter


@pytest.fixture
def domain() -> Iterator[int]:
    with claim_domain() as number:
        yield number


@pytest.fixture
def peer(domain: int) -> Iterator[Peer]:
    with Peer(domain) as it:
        yield it


@pytest.fixture
def start(peer: Peer) -> Iterator[Callable[..., Any]]:
    """`start(node_class, **parameters)`: a node that is spun until the test ends."""
    with ExitStack() as stack:

        def make(node_class: Callable[..., Any], **parameters: Any) -> Any:
            overrides = [Parameter(name, value=value) for name, value in parameters.items()]
            node = node_class(context=peer.node.context, parameter_overrides=overrides)
            stack.enter_context(spinning(node))
            return node

        yield make
