"""Where the processes of a replay run: in one ROS domain, or with a link between robot and cloud.

The link is a relay of TCP connections: robot and cloud are in ROS domains of their own, but in one
network, so that the runner can listen to both. (A process listens in one network namespace only:
Fast DDS looks at the network once.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from laecips_edge.core.certificates.authority import Authority
from laecips_edge.core.certificates.certificate import utc_now
from laecips_eval.thin_link.conditions import LinkConditions
from laecips_eval.thin_link.thin_link import RELAY, ThinLink

from laecips_bringup.graph import graph
from laecips_bringup.graph.graph import NodeSpec, Shared
from laecips_bringup.processes.domain import OwnDomain


@dataclass(frozen=True, kw_only=True)
class LinkOptions:
    """The link of a replay.

    Attributes:
        conditions: rate and delay.
        cuts: seconds since the first frame at which the link is cut and mended.
    """

    conditions: LinkConditions
    cuts: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True, kw_only=True)
class Places:
    """The ROS domains of robot and cloud, the same one where there is no link, and the link."""

    robot: OwnDomain
    cloud: OwnDomain
    link: ThinLink | None = None

    def __str__(self) -> str:
        """Return one line about them."""
        if self.link is None:
            return f"robot and cloud are in ROS domain {self.robot.id}"
        return (
            f"the robot is in ROS domain {self.robot.id}, the cloud in {self.cloud.id} behind a "
            f"link of {self.link.conditions}; `laecips link cut {self.link.name}` cuts it"
        )


@contextmanager
def places(options: LinkOptions | None) -> Iterator[Places]:
    """Claim the domains; make the link between them, if there is one.

    Raises:
        NoFreeDomain: all ROS domains are in use.
        OSError: the link cannot be made.
    """
    with ExitStack() as stack:
        robot = stack.enter_context(OwnDomain())
        if options is None:
            yield Places(robot=robot, cloud=robot)
            return
        cloud = stack.enter_context(OwnDomain())
        link = stack.enter_context(ThinLink(options.conditions, mode=RELAY))
        yield Places(robot=robot, cloud=cloud, link=link)


def link_nodes(
    link: ThinLink, certificates: Path, shared: Shared, *, robot: str, spool: Path
) -> tuple[NodeSpec, NodeSpec]:
    """Return gateway and bridge, at the ends of a link.

    Args:
        link: the link.
        certificates: folder to make the certificates in; it does not exist yet.
        shared: settings common to all nodes.
        robot: name of the robot.
        spool: folder of the frames that the bridge keeps while the link is cut.
    """
    authority, now = Authority.create(certificates, utc_now()), utc_now()
    gateway = authority.issue("gateway", "localhost", now, also=["127.0.0.1"])
    bridge = authority.issue("robot", robot, now)
    return (
        graph.gateway(address=link.listen, certificates=str(gateway), **shared),
        graph.bridge(
            address=link.dial,
            certificates=str(bridge),
            parameters={"spool": str(spool)},
            **shared,
        ),
    )
