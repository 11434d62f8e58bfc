"""Bridge, gateway and stand-ins as processes, in the namespaces of a fast link."""

from collections.abc import Iterator

import pytest
from laecips_eval.benchmarks.bridge.plans import Plan
from laecips_eval.benchmarks.bridge.site import across, on_loopback
from laecips_eval.thin_link.conditions import LinkConditions
from laecips_eval.thin_link.thin_link import NAMESPACES, ThinLink

pytestmark = pytest.mark.system


@pytest.fixture
def link() -> Iterator[ThinLink]:
    try:
        made = ThinLink(LinkConditions(rate_bit_s=1e8, delay_s=0.001), mode=NAMESPACES)
        made.__enter__()
    except OSError as error:
        pytest.skip(f"no network namespaces here: {error}")
    yield made
    made.__exit__(None, None, None)


def test_frames_and_a_model_cross_the_link_through_the_bridge(link: ThinLink) -> None:
    with across(link) as site:
        bridge = site.bridged()
        outcome = site.ask(Plan(frame_bytes=50_000, calls=4, transfer=True))
        assert bridge.memory_info().rss > 10_000_000
    assert (len(outcome.latencies_s), outcome.lost) == (4, 0)
    assert outcome.transferred > 0
    state = link.state()
    assert state.up.bytes > 4 * 50_000
    assert state.down.bytes > 4 * 10_000 + outcome.transferred
    assert not bridge.is_running()


def test_bare_calls_cross_the_link(link: ThinLink) -> None:
    with across(link) as site:
        site.bare()
        outcome = site.ask(Plan(via="grpc", frame_bytes=50_000, calls=4))
    assert (len(outcome.latencies_s), outcome.lost) == (4, 0)
    assert link.state().up.bytes > 4 * 50_000


def test_on_loopback_nothing_crosses_the_link(link: ThinLink) -> None:
    with on_loopback(link) as site:
        site.direct(domain="cloud")
        outcome = site.ask(Plan(frame_bytes=50_000, calls=4), domain="cloud")
    assert len(outcome.latencies_s) == 4
    assert link.state().up.bytes < 50_000
