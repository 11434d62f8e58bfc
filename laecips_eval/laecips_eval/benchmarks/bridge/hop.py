"""What bridge and gateway cost, how far models fill a link, and how soon a mended one is used."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Final, NamedTuple

from laecips_eval.benchmarks.bridge.link_calls import DEADLINE_S, SIZES
from laecips_eval.benchmarks.bridge.plans import Plan
from laecips_eval.benchmarks.bridge.site import Site, across, on_loopback
from laecips_eval.thin_link.conditions import LinkConditions
from laecips_eval.thin_link.thin_link import ThinLink

FRAME_BYTES: Final = 100_000
_AT_ONCE: Final = 8
_SECONDS: Final = 10.0
_BULK_SECONDS: Final = 20.0
LINKS: Final = (LinkConditions(), LinkConditions(rate_bit_s=10e6, delay_s=0.05))
CUTS_S: Final = (5.0, 10.0, 20.0)
"""Before gRPC gives a silent connection up, about then, and long after."""
_MANY: Final = 10**6


class HopRow(NamedTuple):
    """One figure.

    Attributes:
        figure: what it is.
        value: its value.
        unit: its unit.
        target: what it should be.
    """

    figure: str
    value: float
    unit: str
    target: str


def run(*, calls: int) -> list[HopRow]:
    """Measure with 100 kB up and 10 kB down.

    Args:
        calls: calls for each median.

    Raises:
        OSError: the link needs network namespaces, which need root.
    """
    with ThinLink(LinkConditions(), mode="") as link:
        with on_loopback(link) as site:
            site.direct(domain="cloud")
            direct = site.ask(Plan(frame_bytes=FRAME_BYTES, calls=calls), domain="cloud")
        with on_loopback(link) as site:
            bridge = site.bridged()
            bridged = site.ask(Plan(frame_bytes=FRAME_BYTES, calls=calls))
            flood = Plan(frame_bytes=FRAME_BYTES, calls=_MANY, at_once=_AT_ONCE, seconds=_SECONDS)
            many = site.ask(flood)
            memory = bridge.memory_info().rss
    added_ms = 1e3 * (median(bridged.latencies_s) - median(direct.latencies_s))
    return [
        HopRow("service without bridge", 1e3 * median(direct.latencies_s), "ms", ""),
        HopRow("added by bridge and gateway", added_ms, "ms", "<= 2"),
        HopRow(
            "frames a second, eight at a time", len(many.latencies_s) / many.seconds, "", ">= 500"
        ),
        HopRow("frames lost meanwhile", many.lost, "", "0"),
        HopRow("memory of the bridge", memory / 1e6, "MB", "<= 120"),
        *map(_bulk, LINKS),
        *_recoveries(),
    ]


def _bulk(conditions: LinkConditions) -> HopRow:
    """Return how far a model that nothing else disturbs fills a link."""
    with ThinLink(conditions, mode="") as link, across(link) as site:
        site.bridged()
        site.ask(Plan(frame_bytes=FRAME_BYTES, calls=1))
        bulk = site.ask(Plan(transfer=True, seconds=_BULK_SECONDS))
    used = 8 * bulk.transferred / bulk.seconds / conditions.rate_bit_s
    return HopRow(f"link used by a model alone, {conditions}", 100 * used, "%", ">= 85")


def _recoveries() -> Iterator[HopRow]:
    """Return the time from the mending of a cut link to the first answer of the cloud."""
    with ThinLink(LinkConditions(), mode="") as link, across(link) as site:
        site.bridged()
        site.ask(Plan(frame_bytes=FRAME_BYTES, calls=1))
        for cut_s in CUTS_S:
            seconds = recovery_s(link, site, cut_s)
            yield HopRow(f"answered again after a cut of {cut_s:g} s", seconds, "s", "<= 5")


def recovery_s(link: ThinLink, site: Site, cut_s: float) -> float:
    """Cut the link for so many seconds; return those until the cloud answers a frame again."""
    with ThreadPoolExecutor(1) as pool:
        link.cut()
        try:
            plan = Plan(frame_bytes=SIZES[0], calls=1, deadline_s=DEADLINE_S)
            asking = pool.submit(site.ask, plan)  # again and again, until it is answered
            time.sleep(cut_s)
        finally:
            mended_s = time.monotonic()
            link.mend()
        return asking.result().found_s - mended_s
