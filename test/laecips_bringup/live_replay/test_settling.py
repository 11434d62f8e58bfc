"""When a replay is over."""

import pytest
from laecips_bringup.live_replay.settling import Settling

S = 10**9


@pytest.mark.parametrize(
    ("statuses", "over_ns", "quiet"),
    [
        ([], 0, False),
        # Nothing pending, and nothing new for 2 s.
        ([(9, 0, 1 * S), (9, 0, 2 * S), (9, 0, 3 * S)], 1 * S, True),
        # Quiet before the last picture does not count.
        ([(9, 0, 1 * S), (9, 0, 2 * S), (9, 0, 3 * S)], 2 * S, False),
        # Something came in meanwhile.
        ([(9, 0, 1 * S), (10, 0, 2 * S), (10, 0, 3 * S)], 1 * S, False),
        # Something was pending meanwhile.
        ([(9, 0, 1 * S), (9, 1, 2 * S), (9, 0, 3 * S)], 1 * S, False),
        ([(9, 1, 1 * S), (9, 0, 2 * S), (9, 0, 3 * S), (9, 0, 4 * S)], 1 * S, True),
        ([(9, 1, 1 * S), (9, 1, 9 * S)], 1 * S, False),
    ],
)
def test_quiet(statuses: list[tuple[int, int, int]], over_ns: int, quiet: bool) -> None:
    settling = Settling()
    for received, pending, now_ns in statuses:
        settling.add_status(received=received, pending=pending, now_ns=now_ns)
    assert settling.is_quiet_since(over_ns) is quiet
