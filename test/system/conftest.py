"""Fixtures of tests with real processes: ROS domains and peers for a test module.

Most tests have one domain; those of the bridge have a second one, of the cloud.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from processes import Peer, claim_domain

if TYPE_CHECKING:
    from bridge_nodes import Gateway
    from bridge_site import Site


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


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> "Site":
    """An authority, a gateway's certificates, and those of robot r1."""
    from bridge_site import Site  # noqa: PLC0415 (most tests need no gRPC)

    return Site(tmp_path_factory.mktemp("site") / "ca")


@pytest.fixture(scope="module")
def ready_gateway(site: "Site", cloud_peer: Peer, cloud_domain: int) -> Iterator["Gateway"]:
    from bridge_nodes import Gateway, free_address  # noqa: PLC0415 (as above)

    gateway = Gateway(site, cloud_peer, cloud_domain, free_address())
    gateway.start()
    yield gateway
    gateway.stop()


@pytest.fixture
def gateway(ready_gateway: "Gateway") -> "Gateway":
    """A gateway that runs, whatever the test before has done to it."""
    if ready_gateway.process is None:
        ready_gateway.start()
    return ready_gateway
