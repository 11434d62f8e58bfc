"""Shares of what happened lately."""

from laecips_edge.core.frame.health.recent_counts import FEWEST, WINDOW_S, RecentCounts


def test_only_what_is_recent_counts() -> None:
    now = [0.0]
    recent = RecentCounts(clock=lambda: now[0])

    def share(received: int, superseded: int) -> float:
        counts = {"received": received, "superseded": superseded}
        recent.add(counts)
        return recent.share(counts, "superseded", of="received")

    assert share(0, 0) == 0.0
    now[0] = 10.0
    assert share(100, 43) == 0.43
    now[0] = 10.0 + WINDOW_S
    assert share(200, 43) == 0.0
    now[0] += WINDOW_S
    assert share(200, 43) == 0.0  # nothing came


def test_a_few_events_say_nothing() -> None:
    recent = RecentCounts()
    assert recent.share({"wanted": FEWEST - 1, "lost": FEWEST - 1}, "lost", of="wanted") == 0.0
    assert (
        recent.share({"wanted": FEWEST, "lost": 4, "late": 1}, "lost", "late", of="wanted") == 0.5
    )
