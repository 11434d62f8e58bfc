"""A link during a replay: cut it when it is time, sample its counters, and report on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from laecips_eval.reports.report_table import milliseconds, size
from laecips_eval.scoring.frame_log import FrameRow
from laecips_eval.scoring.link_figures import (
    DirectionFigures,
    LinkCosts,
    LinkCut,
    LinkFigures,
    LinkUse,
    hard_and_ideal,
)
from laecips_eval.scoring.scoreboard import Figures
from laecips_eval.thin_link.conditions import LinkConditions
from laecips_eval.thin_link.direction import Traffic
from laecips_eval.thin_link.thin_link import LinkState

_PERIOD_S: Final = 1.0
_RECENT: Final = 5
"""Samples that the live view's share covers."""


class WatchedLink(Protocol):
    """The part of a `ThinLink` that is needed here."""

    conditions: LinkConditions
    mode: str

    def cut(self) -> None:
        """Let nothing pass any more."""
        ...

    def mend(self) -> None:
        """Let traffic pass again."""
        ...

    def state(self) -> LinkState:
        """Return the state and the counters."""
        ...


@dataclass(frozen=True, kw_only=True)
class _Sample:
    """The traffic until a moment: seconds since the first frame, and that moment's frame."""

    second: float
    frame: int
    up: Traffic
    down: Traffic


def cut_times(text: str) -> tuple[float, float]:
    """Return the seconds of `60-80`: when to cut, and when to mend.

    Raises:
        ValueError: the text has no two rising numbers.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)", text)
    if found is None or float(found[1]) >= float(found[2]):
        raise ValueError(f"--cut {text}: give two seconds of the run, such as 60-80")
    return float(found[1]), float(found[2])


class LinkWatch:
    """Watches over a link from the first frame on.

    Args:
        link: the link.
        cuts: seconds since the first frame at which it is cut and mended.
    """

    def __init__(self, link: WatchedLink, *, cuts: Sequence[tuple[float, float]] = ()) -> None:
        """Watch nothing before the first `tick`."""
        self._link = link
        self._cuts = list(cuts)
        self._begin_s: float | None = None
        self._samples: list[_Sample] = []
        self._past: list[LinkCut] = []
        self._cut: LinkCut | None = None

    def tick(self, now_s: float, *, frame: int) -> Iterator[str]:
        """Do what is due, and yield a line for each change.

        Args:
            now_s: monotonic seconds.
            frame: index of the last frame that was played.
        """
        if self._begin_s is None:
            self._begin_s = now_s
        second = now_s - self._begin_s
        yield from self._change(second, frame)
        if not self._samples or second - self._samples[-1].second >= _PERIOD_S:
            self._sample(second, frame)

    def line(self, figures: Figures, *, cloud_ms: float, models: int, taught: int = 0) -> str:
        """Return one line for the live view; empty before the first samples."""
        if len(self._samples) < 2:
            return ""
        last = self._samples[-1]
        recent = self._used(self._samples[-_RECENT - 1 :][0], last)
        state = "CUT, " if self._cut is not None else ""
        up, down = figures.bytes_up, figures.bytes_down
        kinds = self._kinds(last, up=up, down=down, models=models, taught=taught)
        told = ", ".join(f"{size(count)} {kind}" for way in kinds for kind, count in way.items())
        ideal = ""
        if figures.answered["cloud"] and figures.cloud_ms is not None:
            payload = (figures.bytes_up + figures.bytes_down) / figures.answered["cloud"]
            edge_ms = figures.edge_ms[0] if figures.edge_ms is not None else 0.0
            best = self._costs(edge_ms, cloud_ms).ideal_ms(payload)
            ideal = f"; hard frames {milliseconds(figures.cloud_ms[0])}, ideal {milliseconds(best)}"
        return f"{state}{recent[0]:.0%} up, {recent[1]:.0%} down used; {told}{ideal}"

    def figures(
        self,
        rows: Sequence[FrameRow],
        *,
        up: int,
        down: int,
        models: int,
        taught: int = 0,
        edge_ms: float,
        cloud_ms: float,
    ) -> LinkFigures | None:
        """Return the figures of the run; None if it ended before the second sample.

        Args:
            rows: the frame log.
            up: bytes of hard frames.
            down: bytes of their answers.
            models: bytes of models.
            taught: bytes of frames that were kept during a cut and sent later.
            edge_ms: what an easy frame takes.
            cloud_ms: the cloud's work on a frame.
        """
        if len(self._samples) < 2:
            return None
        first, last = self._samples[0], self._samples[-1]
        if self._cut is not None:
            self._past.append(self._ended(self._cut, last.second, last.frame))
            self._cut = None
        used = self._used(first, last)
        kinds = self._kinds(last, up=up, down=down, models=models, taught=taught)
        way_up, way_down = (
            DirectionFigures(
                bytes=traffic.bytes,
                used=share,
                lost=traffic.lost,
                dropped=traffic.dropped,
                kinds=content,
            )
            for traffic, share, content in zip((last.up, last.down), used, kinds, strict=True)
        )
        conditions = self._link.conditions
        hard, ideal = hard_and_ideal(rows, self._costs(edge_ms, cloud_ms))
        pairs = zip(self._samples, self._samples[1:], strict=False)
        return LinkFigures(
            mode=self._link.mode,
            rate_bit_s=conditions.rate_bit_s,
            round_trip_ms=1e3 * conditions.round_trip_s,
            loss=conditions.loss,
            up=way_up,
            down=way_down,
            hard_ms=hard,
            ideal_ms=ideal,
            cuts=self._past,
            use=[
                LinkUse(frame=after.frame, up=share[0], down=share[1])
                for before, after in pairs
                for share in (self._used(before, after),)
            ],
        )

    def _change(self, second: float, frame: int) -> Iterator[str]:
        if self._cut is not None and second >= self._cut.stop_s:
            self._link.mend()
            self._past.append(self._ended(self._cut, second, frame))
            self._cut = None
            yield f"the link is mended, at {second:.0f} s"
        if self._cut is None and self._cuts and second >= self._cuts[0][0]:
            _, stop_s = self._cuts.pop(0)
            self._link.cut()
            self._cut = LinkCut(start_s=second, stop_s=stop_s, start=frame, stop=frame)
            yield f"the link is cut, at {second:.0f} s"

    def _sample(self, second: float, frame: int) -> None:
        state = self._link.state()
        self._samples.append(_Sample(second=second, frame=frame, up=state.up, down=state.down))

    def _used(self, before: _Sample, after: _Sample) -> tuple[float, float]:
        """Return the shares of the rate used between two samples, up and down."""
        could = self._link.conditions.rate_bit_s / 8 * (after.second - before.second)
        up = (after.up.bytes - before.up.bytes) / could
        down = (after.down.bytes - before.down.bytes) / could
        return round(up, 4), round(down, 4)

    def _costs(self, edge_ms: float, cloud_ms: float) -> LinkCosts:
        conditions = self._link.conditions
        return LinkCosts(
            round_trip=1e3 * conditions.round_trip_s,
            edge=edge_ms,
            cloud=cloud_ms,
            rate_bit_s=conditions.rate_bit_s,
        )

    @staticmethod
    def _kinds(
        last: _Sample, *, up: int, down: int, models: int, taught: int
    ) -> tuple[dict[str, int], dict[str, int]]:
        return (
            {"frames": up, "sent later": taught, "rest up": max(0, last.up.bytes - up - taught)},
            {
                "answers": down,
                "models": models,
                "rest down": max(0, last.down.bytes - down - models),
            },
        )

    @staticmethod
    def _ended(cut: LinkCut, second: float, frame: int) -> LinkCut:
        return cut.model_copy(update={"stop_s": second, "stop": frame})
