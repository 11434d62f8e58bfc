"""What bridge and gateway cost: on loopback with mutual TLS, and how far models fill a link."""

from __future__ import annotations

from statistics import median
from typing import Final, NamedTuple

from laecips_eval.benchmarks.bridge.plans import Plan
from laecips_eval.benchmarks.bridge.site import across, on_loopback
from laecips_eval.thin_link.conditions import LinkConditions
from laecips_eval.thin_link.thin_link import ThinLink

FRAME_BYTES: Final = 100_000
_AT_ONCE: Final = 8
_SECONDS: Final = 10.0
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
        with across(link) as site:
            site.bridged()
            site.ask(Plan(frame_bytes=FRAME_BYTES, calls=1))
            bulk = site.ask(Plan(transfer=True, seconds=_SECONDS))
    added_ms = 1e3 * (median(bridged.latencies_s) - median(direct.latencies_s))
    used = 8 * bulk.transferred / bulk.seconds / LinkConditions().rate_bit_s
    return [
        HopRow("service without bridge", 1e3 * median(direct.latencies_s), "ms", ""),
        HopRow("added by bridge and gateway", added_ms, "ms", "<= 2"),
        HopRow(
            "frames a second, eight at a time", len(many.latencies_s) / many.seconds, "", ">= 500"
        ),
        HopRow("frames lost meanwhile", many.lost, "", "0"),
        HopRow("memory of the bridge", memory / 1e6, "MB", "<= 120"),
        HopRow("link used by a model alone", 100 * used, "%", ">= 85"),
    ]
