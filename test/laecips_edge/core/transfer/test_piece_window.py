import random

import pytest
from laecips_edge.core.transfer.piece_window import PieceWindow


def sizes(
    window: PieceWindow, *, delay_s: float, piece_s: float, jitter_s: float = 0.0
) -> list[int]:
    """The sizes in the course of 400 pieces.

    A piece takes the delay, and the pieces before it and its own time on the link; on a busy
    machine two of three take longer.
    """
    dice, seen = random.Random(0), []
    for _ in range(400):
        held_s = jitter_s * dice.random() if dice.random() < 2 / 3 else 0.0
        window.arrived(max(delay_s + piece_s, window.size * piece_s) + held_s)
        seen.append(window.size)
    return seen


@pytest.mark.parametrize("jitter_s", [0.0, 0.3])
@pytest.mark.parametrize(
    ("delay_s", "piece_s", "lowest", "highest"),
    [
        (0.0, 0.01, 3, 4),  # no delay: three wait
        (0.04, 0.033, 4, 6),  # 16 kB at 4 Mbit/s and 40 ms there and back
        (0.1, 0.0131, 9, 12),  # at 10 Mbit/s and 100 ms
        (0.1, 0.0066, 16, 16),  # at 20 Mbit/s it would be 19
    ],
)
def test_it_fills_the_link_and_little_more(
    delay_s: float, piece_s: float, lowest: int, highest: int, jitter_s: float
) -> None:
    found = sizes(PieceWindow(), delay_s=delay_s, piece_s=piece_s, jitter_s=jitter_s)
    settled = sorted(found[40:])
    assert settled[len(settled) // 10] >= lowest
    assert settled[-1] <= highest


def test_it_is_full_after_a_few_round_trips() -> None:
    found = sizes(PieceWindow(), delay_s=0.1, piece_s=0.0066)
    assert found[15] == 16


def test_it_follows_a_link_that_becomes_slow() -> None:
    window = PieceWindow()
    for _ in range(40):
        window.arrived(0.1)
    assert window.size == 16
    for _ in range(60):
        window.arrived(1.0)
    assert window.size == 3


def test_after_a_pause_it_begins_anew() -> None:
    window = PieceWindow()
    for _ in range(3):
        window.arrived(0.1)
    assert window.size > 2
    window.restart()
    assert window.size == 1
    window.arrived(0.1)
    assert window.size == 2
