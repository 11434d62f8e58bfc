"""Fixtures of tests with real processes: one ROS domain and one peer for a test module."""

from collections.abc import Iterator

import pytest
from processes import Peer, claim_domain


@pytest.fixture(scope="module")
def domain() -> Iterator[int]:
    """A ROS domain for this module alone."""
    with claim_domain() as number:
        yield number


@pytest.fixture(scope="module")
def peer(domain: int) -> Iterator[Peer]:
    """The test's own node on the domain."""
    with Peer(domain) as it:
        yield it
