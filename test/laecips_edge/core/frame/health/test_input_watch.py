"""What an edge node notices of images that do not arrive."""

import numpy as np
import pytest
from laecips_edge.core.frame.health.input_watch import InputWatch, skipped_by_stamps

PERIOD_NS = 33_333_333


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def watch(time: Time) -> InputWatch:
    return InputWatch(clock=time)


def play(watch: InputWatch, time: Time, frames: list[int]) -> None:
    """Images of a camera of 30 Hz arrive, by their numbers."""
    start = time.now
    for frame in frames:
        time.now = start + frame / 30
        watch.arrived(frame * PERIOD_NS)


def test_a_camera_of_which_all_images_come(watch: InputWatch, time: Time) -> None:
    play(watch, time, list(range(601)))
    state = watch.state
    assert state.hz == pytest.approx(30.0, abs=0.2)
    assert state.longest_gap_s == pytest.approx(1 / 30, abs=1e-3)
    assert state.lost_share == 0.0


def test_what_the_middleware_lost_is_counted(watch: InputWatch, time: Time) -> None:
    play(watch, time, list(range(0, 300, 60)))  # too few for a beat
    watch.lost(295)
    state = watch.state
    assert state.lost_share == pytest.approx(295 / 300)
    assert state.lost_on_the_way
    assert state.longest_gap_s == pytest.approx(2.0, abs=1e-3)
    time.now += 20
    state = watch.state
    assert (state.hz, state.lost_share, state.longest_gap_s) == (0.0, 0.0, 0.0)


def test_stamps_show_what_the_driver_left_out(watch: InputWatch, time: Time) -> None:
    play(watch, time, [frame for frame in range(300) if frame % 3])
    state = watch.state
    assert state.lost_share == pytest.approx(1 / 3, abs=0.01)
    assert not state.lost_on_the_way


def test_a_handful_of_images_shows_no_share(watch: InputWatch, time: Time) -> None:
    play(watch, time, [0, 1, 5])
    watch.lost(3)
    assert watch.state.lost_share == 0.0


RANDOM = np.random.default_rng(0)
HALF, FEW = RANDOM.geometric(0.5, 200), RANDOM.geometric(0.2, 200)


@pytest.mark.parametrize(
    ("gaps", "skipped"),
    [
        (RANDOM.uniform(0.75, 1.25, 200), 0),  # stamped on arrival, on a busy machine
        (RANDOM.exponential(1.0, 200), 0),  # triggered
        (np.zeros(200), 0),  # equal stamps
        (np.where(np.arange(200) == 100, 300.0, 1.0), 0),  # a silence
        (HALF + RANDOM.uniform(-0.1, 0.1, 200), sum(HALF) - 200),
        (FEW, sum(FEW) - 200),
    ],
    ids=["jitter", "triggered", "equal", "silence", "half lost", "most lost"],
)
def test_the_beat_of_the_stamps(gaps: np.ndarray, skipped: int) -> None:
    stamps = np.concatenate([[0.0], gaps.cumsum()]) * PERIOD_NS
    found = skipped_by_stamps([int(stamp) for stamp in stamps])
    assert found == pytest.approx(skipped, rel=0.03, abs=5)


def test_a_loop_of_a_bag_is_no_loss() -> None:
    once = [frame * PERIOD_NS for frame in range(50)]
    assert skipped_by_stamps(once + once) == 0
