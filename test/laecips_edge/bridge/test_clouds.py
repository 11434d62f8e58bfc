"""Which of several addresses is asked: real links, to nobody or to gateways on loopback."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from bridge_site import OK, Silent, Site, request
from laecips_edge.bridge.clouds import Clouds
from laecips_edge.bridge.link import Link
from laecips_edge.core.link.circuit_breaker import Circuit
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer
from laecips_edge.core.link.transport import InProcessTransport
from processes import until

UNAVAILABLE = HardFrameAnswer(status=AnswerStatus.UNAVAILABLE, message="no disk")


class Cloud:
    """A cloud whose answer a test may change."""

    def __init__(self) -> None:
        self.answer = OK
        self.asked: list[str] = []

    def __call__(self, asked: object) -> HardFrameAnswer:
        self.asked.append(asked.request_id)  # type: ignore[attr-defined]
        return self.answer


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("site") / "ca")


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as it:
        yield it


def connected(stack: ExitStack, site: Site, *addresses: str) -> Clouds:
    clouds = Clouds(addresses, lambda address, told: Link(address, site.robot, on_change=told))
    stack.callback(clouds.close)
    return clouds


def ask(clouds: Clouds, number: int, deadline_s: float = 20.0) -> HardFrameAnswer:
    heard: list[HardFrameAnswer] = []
    asked = request(request_id=f"r1/{number}", deadline_s=deadline_s)
    clouds.ask(asked, heard.append)
    return until(lambda: heard[0] if heard else None)


def test_nobody_is_there(stack: ExitStack, site: Site) -> None:
    clouds = connected(stack, site, "127.0.0.1:9", "127.0.0.1:10")
    until(lambda: clouds.trouble.count("UNAVAILABLE") == 2)
    assert not clouds.present
    assert clouds.current is clouds.reached is None
    assert ask(clouds, 1).status is AnswerStatus.UNAVAILABLE
    assert clouds.counts()["sent"] == 0


def test_what_the_first_does_not_answer_the_spare_does_within_the_deadline(
    stack: ExitStack, site: Site
) -> None:
    first, spare = Cloud(), Cloud()
    addresses = [
        stack.enter_context(site.gateway(InProcessTransport(cloud))) for cloud in (first, spare)
    ]
    clouds = connected(stack, site, *addresses)
    until(lambda: all(cloud.link.present for cloud in clouds.all))
    assert ask(clouds, 1) == OK
    assert (first.asked, spare.asked) == (["r1/1"], [])
    first.answer = UNAVAILABLE
    assert ask(clouds, 2) == OK
    assert (first.asked, spare.asked) == (["r1/1", "r1/2"], ["r1/2"])
    assert clouds.trouble == ""
    spare.answer = UNAVAILABLE
    assert ask(clouds, 3) == UNAVAILABLE


def test_a_breaker_opens_and_a_success_closes_it(stack: ExitStack, site: Site) -> None:
    cloud = Cloud()
    cloud.answer = UNAVAILABLE
    address = stack.enter_context(site.gateway(InProcessTransport(cloud)))
    clouds = connected(stack, site, address)
    until(lambda: clouds.present)
    for number in range(3):
        ask(clouds, number)
    assert clouds.all[0].circuit is Circuit.OPEN
    assert (clouds.trouble, clouds.reached) == ("no disk", clouds.all[0])
    cloud.answer = OK
    until(lambda: clouds.present)  # its wait is over
    assert ask(clouds, 4) == OK
    assert clouds.all[0].circuit is Circuit.CLOSED


def test_past_the_deadline_no_other_address_is_asked(stack: ExitStack, site: Site) -> None:
    spare = Cloud()
    silent = stack.enter_context(site.gateway(Silent()))
    other = stack.enter_context(site.gateway(InProcessTransport(spare)))
    clouds = connected(stack, site, silent, other)
    until(lambda: all(cloud.link.present for cloud in clouds.all))
    assert ask(clouds, 1, deadline_s=0.5).status is AnswerStatus.UNAVAILABLE
    assert spare.asked == []


def test_addresses_change_and_one_that_answers_stays(stack: ExitStack, site: Site) -> None:
    cloud = Cloud()
    address = stack.enter_context(site.gateway(InProcessTransport(cloud)))
    clouds = connected(stack, site)
    assert "no gateway announces itself" in clouds.trouble
    assert clouds.counts() == {}
    clouds.change(["127.0.0.1:9", address])
    until(lambda: clouds.present)
    kept = clouds.all[1]
    clouds.change(["127.0.0.1:10"])
    assert [each.address for each in clouds.all] == ["127.0.0.1:10", address]
    assert clouds.all[1] is kept
    assert ask(clouds, 1) == OK


def test_a_refused_address_closes_the_others(site: Site, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="plain text goes to this machine alone"):
        Clouds(["127.0.0.1:9", "192.0.2.1:9"], lambda address, told: Link(address, None))
