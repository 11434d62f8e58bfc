import pytest
from laecips_edge.core.link.piece_window import PieceWindow


@pytest.mark.parametrize(
    ("delay_s", "piece_s", "lowest", "highest"),
    [
        (0.0, 0.01, 2, 4),  # no delay: two or three wait
        (0.04, 0.033, 4, 6),  # 16 kB at 4 Mbit/s and 40 ms there and back
        (0.1, 0.0066, 12, 12),  # at 20 Mbit/s and 100 ms it would be 17
    ],
)
def test_it_fills_the_link_and_little_more(
    delay_s: float, piece_s: float, lowest: int, highest: int
) -> None:
    window = PieceWindow()
    sizes = []
    for _ in range(400):
        # A piece takes the delay, and the pieces before it and its own time on the link.
        window.arrived(max(delay_s + piece_s, window.size * piece_s))
        sizes.append(window.size)
    assert lowest <= min(sizes[20:]) <= max(sizes) <= highest


def test_it_follows_a_link_that_becomes_slow() -> None:
    window = PieceWindow()
    for _ in range(30):
        window.arrived(0.1)
    assert window.size == 12
    for _ in range(30):
        window.arrived(1.0)
    assert window.size == 4


def test_after_a_pause_it_begins_anew() -> None:
    window = PieceWindow()
    window.arrived(0.1)
    assert window.size == 2
    window.restart()
    assert window.size == 1
