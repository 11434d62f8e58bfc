"""Fixtures of tests with real processes: ROS domains and peers for a test module.

Most tests have one domain; those of the bridge have a second one, of the cloud.
"""

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


@pytest.fixture(scope="module")
def cloud_domain(domain: int) -> Iterator[int]:
    """The domain of gateway and cloud; robot and bridge are in `domain` and do not see it."""
    with claim_domain() as number:
        assert number != domain
        yield number


@pytest.fixture(scope="module")
def cloud_peer(cloud_domain: int) -> Iterator[Peer]:
    """The test's own node beside the cloud."""
    with Peer(cloud_domain, "cloud_peer") as it:
        yield it
