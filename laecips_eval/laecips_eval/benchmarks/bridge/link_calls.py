"""Hard frames over a thin link: through the bridge, by a bare gRPC call, and over DDS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from laecips_eval.benchmarks.bridge.plans import ANSWER_BYTES, Outcome, Plan, quantiles_ms
from laecips_eval.benchmarks.bridge.site import Site, across
from laecips_eval.thin_link.conditions import LinkConditions
from laecips_eval.thin_link.thin_link import NAMESPACES, ThinLink

SIZES: Final = (36_000, 100_000)
LOSSES: Final = (0.0, 0.01, 0.03)
DEADLINE_S: Final = 2.0
"""Of the edge node, by default."""

IDLE_S: Final = 60.0
IDLE_CALLS: Final = 3
_FEWER: Final = 2
"""Over DDS a call takes several times as long: so many times fewer calls."""


class LinkRow(NamedTuple):
    """Calls of one kind.

    Attributes:
        way: bridge, bare gRPC or DDS.
        kB: bytes of the picture / 1000.
        loss: share of the packets lost, in per cent.
        beside: what else used the link.
        calls: number of calls.
        p50, p95, p99: milliseconds; inf where a call was lost.
        p50_ideal, p95_ideal: multiples of the ideal: bytes / rate + round trip.
        in_time: share answered within the edge node's deadline, in per cent.
    """

    way: str
    kB: int  # noqa: N815 - the unit
    loss: float
    beside: str
    calls: int
    p50: float
    p95: float
    p99: float
    p50_ideal: float
    p95_ideal: float
    in_time: float


@dataclass(frozen=True, kw_only=True)
class Case:
    """One row before it is measured."""

    way: str
    size: int
    loss: float
    beside: str
    plan: Plan

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return json.dumps([self.way, self.size, self.loss, self.beside, self.plan.calls])


def cases(calls: int) -> list[Case]:
    """Return all rows, each way of a loss together."""
    found = []
    for loss in LOSSES:
        for way in ("bridge", "bare gRPC", "DDS"):
            for size in SIZES:
                found += list(_of(way, size, loss, calls))
    return found


def _of(way: str, size: int, loss: float, calls: int) -> Iterator[Case]:
    via = "grpc" if way == "bare gRPC" else "ros"
    if way == "DDS":
        few = max(1, calls // _FEWER)
        plan = Plan(via=via, frame_bytes=size, calls=few)
        yield Case(way=way, size=size, loss=loss, beside="nothing", plan=plan)
        return
    for beside in ("nothing", "a model"):
        plan = Plan(via=via, frame_bytes=size, calls=calls, transfer=beside == "a model")
        yield Case(way=way, size=size, loss=loss, beside=beside, plan=plan)
    if way == "bridge" and not loss and size == SIZES[-1]:
        plan = Plan(via=via, frame_bytes=size, calls=min(calls, IDLE_CALLS), idle_s=IDLE_S)
        yield Case(way=way, size=size, loss=loss, beside="a minute of silence", plan=plan)


def run(*, calls: int, kept: Path) -> list[LinkRow]:
    """Measure all rows; continue where an earlier run of as many calls was interrupted.

    Args:
        calls: calls a row.
        kept: file of the rows measured so far; removed when all are.

    Raises:
        OSError: the link needs network namespaces, which need root.
    """
    outcomes = _read(kept)
    for loss in LOSSES:
        for way in ("bridge", "bare gRPC", "DDS"):
            these = [case for case in cases(calls) if (case.way, case.loss) == (way, loss)]
            missing = [case for case in these if case.key not in outcomes]
            if missing:
                outcomes |= _measure(way, loss, missing, kept)
    kept.unlink(missing_ok=True)
    return [row_of(case, outcomes[case.key]) for case in cases(calls)]


def row_of(case: Case, outcome: Outcome) -> LinkRow:
    """Return the row of a measured case."""
    ideal_ms = 1e3 * LinkConditions().ideal_s(case.size, ANSWER_BYTES)
    p50, p95, p99 = quantiles_ms(outcome)
    calls = len(outcome.latencies_s) + outcome.lost
    in_time = sum(latency <= DEADLINE_S for latency in outcome.latencies_s)
    return LinkRow(
        way=case.way,
        kB=case.size // 1000,
        loss=100 * case.loss,
        beside=case.beside,
        calls=calls,
        p50=p50,
        p95=p95,
        p99=p99,
        p50_ideal=p50 / ideal_ms,
        p95_ideal=p95 / ideal_ms,
        in_time=100 * in_time / calls if calls else 0.0,
    )


def _measure(way: str, loss: float, missing: list[Case], kept: Path) -> dict[str, Outcome]:
    outcomes = {}
    with ExitStack() as stack:
        link = stack.enter_context(ThinLink(LinkConditions(loss=loss, seed=1), mode=NAMESPACES))
        site = stack.enter_context(across(link))
        _start(site, way)
        for case in missing:
            domain = "dds" if way == "DDS" else "robot"
            outcomes[case.key] = site.ask(case.plan, domain=domain)
            kept.parent.mkdir(parents=True, exist_ok=True)
            with kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps([case.key, outcomes[case.key].text()]) + "\n")
    return outcomes


def _start(site: Site, way: str) -> None:
    if way == "bridge":
        site.bridged()
    elif way == "DDS":
        site.direct(domain="dds")
    else:
        site.bare()


def _read(kept: Path) -> dict[str, Outcome]:
    if not kept.is_file():
        return {}
    lines = map(json.loads, kept.read_text(encoding="utf-8").splitlines())
    return {key: Outcome(**json.loads(outcome)) for key, outcome in lines}
