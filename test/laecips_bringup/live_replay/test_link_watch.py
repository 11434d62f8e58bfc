"""When a link is cut and mended, and what is said of it."""

from typing import Any

import pytest
from laecips_bringup.live_replay.link_watch import LinkWatch, cut_times
from laecips_eval.scoring.frame_log import FrameRow
from laecips_eval.scoring.scoreboard import Figures
from laecips_eval.thin_link.conditions import LinkConditions
from laecips_eval.thin_link.direction import Traffic
from laecips_eval.thin_link.thin_link import LinkState

FIGURES = Figures(
    played=10, total=20, answered={"edge": 8, "cloud": 2, "edge_fallback": 0}, superseded=0, lost=0,
    cur=0.2, edge_ms=(20.0, 30.0), cloud_ms=(300.0, 400.0), bytes_up=70_000, bytes_down=30_000,
    published_miou=None, edge_only_miou=None,
)  # fmt: skip


class Line:
    """A link of 1 MB/s whose traffic a test sets."""

    conditions = LinkConditions(rate_bit_s=8e6, delay_s=0.02)
    mode = "relay"

    def __init__(self) -> None:
        self.whole = True
        self.up, self.down = 0, 0

    def cut(self) -> None:
        self.whole = False

    def mend(self) -> None:
        self.whole = True

    def state(self) -> LinkState:
        return LinkState(whole=self.whole, up=Traffic(bytes=self.up), down=Traffic(bytes=self.down))


def tick(watch: LinkWatch, second: float, frame: int) -> list[str]:
    return list(watch.tick(1000.0 + second, frame=frame))


@pytest.fixture
def line() -> Line:
    return Line()


def watched(line: Line, **options: Any) -> LinkWatch:
    """A watch over four seconds: half of the rate up in the last one, a quarter down."""
    watch = LinkWatch(line, **options)
    for second in range(4):
        line.up, line.down = 100_000 * (second > 2) * 5, 250_000 * (second > 2)
        tick(watch, second, 5 * second)
    return watch


def test_it_is_cut_and_mended_when_it_is_time(line: Line) -> None:
    watch = LinkWatch(line, cuts=[(2.0, 4.0), (6.0, 7.0)])
    states = []
    for second in range(9):
        said = tick(watch, second, second)
        states.append((line.whole, *said))
    assert states == [
        (True,), (True,), (False, "the link is cut, at 2 s"), (False,),
        (True, "the link is mended, at 4 s"), (True,), (False, "the link is cut, at 6 s"),
        (True, "the link is mended, at 7 s"), (True,),
    ]  # fmt: skip


def test_the_line_of_the_live_view(line: Line) -> None:
    watch = LinkWatch(line)
    assert watch.line(FIGURES, cloud_ms=100.0, models=0) == ""
    watch = watched(line)
    assert watch.line(FIGURES, cloud_ms=100.0, models=20_000) == (
        "17% up, 8% down used; 70.0 kB frames, 0 B sent later, 430.0 kB rest up, "
        "30.0 kB answers, 20.0 kB models, 200.0 kB rest down; hard frames 300.0 ms, ideal 210.0 ms"
    )


def test_a_cut_is_seen_in_the_line(line: Line) -> None:
    watch = watched(line, cuts=[(3.0, 9.0)])
    assert watch.line(FIGURES, cloud_ms=100.0, models=0).startswith("CUT, ")


ROWS = [
    FrameRow(stamp_ns=0, source="cloud", latency_ms=300.0, bytes_up=1000, bytes_down=500),
    FrameRow(stamp_ns=1, source="edge", latency_ms=10.0),
]
COUNTED = {"up": 1000, "down": 500, "models": 50_000, "edge_ms": 10.0, "cloud_ms": 100.0}


def test_the_figures_of_the_report(line: Line) -> None:
    found = watched(line, cuts=[(1.0, 2.0), (3.0, 9.0)]).figures(ROWS, **COUNTED)
    assert found is not None
    assert found.up.bytes == 500_000
    assert found.up.used == pytest.approx(0.1667, abs=1e-3)
    assert found.up.kinds == {"frames": 1000, "sent later": 0, "rest up": 499_000}
    assert sum(found.down.kinds.values()) == found.down.bytes == 250_000
    assert [(it.frame, it.up, it.down) for it in found.use] == [
        (5, 0, 0), (10, 0, 0), (15, 0.5, 0.25),
    ]  # fmt: skip
    # The second cut was not mended before the end.
    assert [(cut.start_s, cut.stop_s, cut.start, cut.stop) for cut in found.cuts] == [
        (1.0, 2.0, 5, 10), (3.0, 3.0, 15, 15),
    ]  # fmt: skip
    assert found.hard_ms.p50 == 300.0
    # An easy frame of 10 ms, the cloud's 100, a round trip of 40, and 1500 bytes at 1 MB/s.
    assert found.ideal_ms.p50 == pytest.approx(10 + 100 + 40 + 1.5)


def test_a_run_that_ended_at_once_has_no_figures(line: Line) -> None:
    assert LinkWatch(line).figures(ROWS, **COUNTED) is None


@pytest.mark.parametrize(("text", "times"), [("60-80", (60.0, 80.0)), ("0.5-2", (0.5, 2.0))])
def test_the_times_of_a_cut(text: str, times: tuple[float, float]) -> None:
    assert cut_times(text) == times


@pytest.mark.parametrize("text", ["60", "80-60", "a-b", "60-60", "-5-3"])
def test_a_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"--cut {text}: give two seconds of the run"):
        cut_times(text)
