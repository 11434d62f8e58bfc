"""Spooled frames on their way to a gateway on loopback."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bridge_site import OK, Silent, Site, request
from laecips_edge.bridge.clouds import Clouds
from laecips_edge.bridge.link import Link
from laecips_edge.bridge.teaching import Teaching
from laecips_edge.core.link import protobuf
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer, HardFrameRequest
from laecips_edge.core.link.transport import InProcessTransport
from laecips_edge.core.spool.frame_spool import FrameSpool
from processes import until

Begin = Callable[..., tuple[Teaching, Clouds]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("site") / "ca")


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[FrameSpool]:
    it = FrameSpool(tmp_path / "s.sqlite", max_bytes=1 << 20, max_age_s=60)
    for number, trust in enumerate((0.5, 0.1, 0.9)):
        frame = request(request_id=f"r1/{number}", trust=trust, picture=bytes(40_000))
        it.add(frame.request_id, protobuf.encode_request(frame), trust=trust, thumbnail=b"")
    yield it
    it.close()


@pytest.fixture
def begin(site: Site, spool: FrameSpool) -> Iterator[Begin]:
    with ExitStack() as stack:

        def it(address: str, **options: Any) -> tuple[Teaching, Clouds]:
            clouds = Clouds([address], lambda at, told: Link(at, site.robot, on_change=told))
            teaching = Teaching(spool, clouds, **({"frames_per_minute": 6000} | options))
            stack.callback(teaching.stop)
            stack.callback(clouds.close)
            return teaching, clouds

        yield it


def test_the_least_trusted_is_taught_first_and_none_is_left(
    site: Site, spool: FrameSpool, begin: Begin
) -> None:
    asked: list[HardFrameRequest] = []

    def answer(frame: HardFrameRequest) -> HardFrameAnswer:
        asked.append(frame)
        return OK

    with site.gateway(InProcessTransport(answer)) as address:
        teaching, _ = begin(address)
        until(lambda: teaching.taught == 3)
        until(lambda: spool.totals == (0, 0))
    assert [frame.request_id for frame in asked] == ["r1/1", "r1/0", "r1/2"]
    assert asked[0].picture == bytes(40_000)
    assert teaching.bytes > 120_000
    assert teaching.trouble == ""


def test_a_frame_that_the_cloud_will_never_take_is_dropped_and_told(
    site: Site, spool: FrameSpool, begin: Begin
) -> None:
    told: list[str] = []
    refusal = HardFrameAnswer(status=AnswerStatus.BAD_REQUEST, message="other classes")
    with site.gateway(InProcessTransport(lambda _: refusal)) as address:
        teaching, _ = begin(address, tell=told.append)
        until(lambda: teaching.refused == 3 and spool.totals == (0, 0))
    assert told[0] == "spooled frame r1/1 is dropped: other classes"


def test_a_frame_that_is_no_request_does_not_stop_the_others(
    site: Site, spool: FrameSpool, begin: Begin
) -> None:
    spool.add("r1/9", b"junk", trust=0.0, thumbnail=b"")
    with site.gateway(InProcessTransport(lambda _: OK)) as address:
        teaching, _ = begin(address)
        until(lambda: (teaching.taught, teaching.refused) == (3, 1))


def test_what_is_not_stored_stays(site: Site, spool: FrameSpool, begin: Begin) -> None:
    busy = HardFrameAnswer(status=AnswerStatus.UNAVAILABLE, message="disk full")
    with site.gateway(InProcessTransport(lambda _: busy)) as address:
        teaching, _ = begin(address)
        until(lambda: teaching.trouble == "disk full")
    assert spool.totals[0] == 3


@pytest.mark.parametrize("what", ["model update", "hard frame"])
def test_everything_else_goes_before(
    site: Site, spool: FrameSpool, begin: Begin, what: str
) -> None:
    update = [what == "model update"]
    with site.gateway(Silent()) as address:
        teaching, clouds = begin(address, busy=lambda: update[0])
        until(lambda: clouds.present)
        call = clouds.ask(replace(request(), deadline_s=30.0), lambda answer: None)
        if update[0]:
            call.cancel()
        until(lambda: spool.next() is not None and clouds.present)
        assert teaching.bytes == 0
        update[0] = False
        call.cancel()
        until(lambda: teaching.bytes > 0)
