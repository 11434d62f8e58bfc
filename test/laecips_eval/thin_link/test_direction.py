from hypothesis import given
from hypothesis import strategies as st
from laecips_eval.thin_link.conditions import LinkConditions
from laecips_eval.thin_link.direction import Direction

KILOBYTE_A_SECOND = LinkConditions(rate_bit_s=8000.0, delay_s=0.5, queue_s=2.0)


def test_packets_wait_for_each_other() -> None:
    line = Direction(KILOBYTE_A_SECOND, seed=0)
    assert line.take(1000, 10.0) == 11.5
    assert line.take(500, 10.0) == 12.0
    assert line.backlog_s(10.0) == 1.5
    assert line.take(1000, 20.0) == 21.5


def test_what_does_not_fit_into_the_queue_is_dropped() -> None:
    line = Direction(KILOBYTE_A_SECOND, seed=0)
    arrivals = [line.take(1000, 0.0) for _ in range(4)]
    assert arrivals == [1.5, 2.5, None, None]
    assert (line.traffic.packets, line.traffic.dropped) == (2, 2)
    assert line.take(5000, 10.0) == 15.5, "longer than the queue, but nothing waits"


def test_a_cut_line_drops_all_until_it_is_mended() -> None:
    line = Direction(KILOBYTE_A_SECOND, seed=0)
    line.cut = True
    assert line.take(1, 0.0) is None
    line.cut = False
    assert line.take(1000, 0.0) == 1.5
    assert line.traffic.dropped == 1


def test_the_loss_is_that_of_the_seed() -> None:
    lossy = LinkConditions(rate_bit_s=1e9, loss=0.1)

    def lost(seed: int) -> list[int]:
        line = Direction(lossy, seed=seed)
        return [n for n in range(1000) if line.take(100, float(n)) is None]

    assert lost(1) == lost(1) != lost(2)
    assert 60 < len(lost(1)) < 140


@given(
    sizes=st.lists(st.integers(1, 2000), max_size=60),
    pauses=st.lists(st.floats(0, 3), min_size=60, max_size=60),
    loss=st.floats(0, 0.9),
)
def test_nothing_is_faster_than_the_line_and_all_is_counted(
    sizes: list[int], pauses: list[float], loss: float
) -> None:
    link = LinkConditions(rate_bit_s=8000.0, delay_s=0.5, queue_s=2.0, loss=loss)
    line = Direction(link, seed=3)
    now, last, carried = 0.0, 0.0, 0
    for size, pause in zip(sizes, pauses, strict=False):
        now += pause
        arrival = line.take(size, now)
        carried += size if arrival is not None else 0
        if arrival is not None:
            assert arrival >= max(last, now + link.delay_s + size / 1000 - 1e-9)
            assert arrival <= now + link.delay_s + max(link.queue_s, size / 1000) + 1e-9
            last = arrival
    traffic = line.traffic
    assert traffic.packets + traffic.dropped == len(sizes)
    assert carried <= traffic.bytes <= 1000 * (now + link.queue_s + 2)
    assert (carried == traffic.bytes) == (traffic.lost == 0)
