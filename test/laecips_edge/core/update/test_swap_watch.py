import numpy as np
import pytest
from laecips_edge.core.frame.observation import Observation
from laecips_edge.core.update.swap_watch import FEWEST_FRAMES, HARMS, SwapWatch

MIXED = (0.4, 0.3, 0.2, 0.1)
FRAMES = 30


def seen(
    shares: tuple[float, ...] = MIXED, *, h: float = 0.7, hard: bool = False, ms: float = 50.0
) -> Observation:
    return Observation(shares=np.array(shares), trust=h, hard=hard, inference_ms=ms)


def drive(count: int, *, seed: int = 0, **changes: object) -> list[Observation]:
    """Frames of an ordinary drive: classes, h and times that vary, every fourth frame hard."""
    rng = np.random.default_rng(seed)
    frames = []
    for index in range(count):
        shares = rng.dirichlet(np.array(MIXED) * 20)
        fields = {
            "h": float(rng.uniform(0.3, 1.0)),
            "hard": index % 4 == 0,
            "ms": float(rng.normal(50, 5)),
        }
        frames.append(seen(tuple(shares), **(fields | changes)))
    return frames


def judged(
    before: list[Observation], after: list[Observation], *, old: Observation
) -> tuple[str, int]:
    """What the watch says of a drive, and after how many frames; `old` is the second opinion."""
    watch = SwapWatch(before, frames=FRAMES)
    for count, frame in enumerate(after, 1):
        watch.add(frame)
        for harm in watch.suspicions():
            if harm.confirmed(frame, old):
                return harm.what, count
        if watch.over:
            return "", count
    return "still watched", len(after)


def test_an_ordinary_drive_stays():
    for seed in range(20):
        before, after = drive(50, seed=seed), drive(50, seed=seed + 100)
        assert judged(before, after, old=after[-1]) == ("", FRAMES)


ONE = (1.0, 0.0, 0.0, 0.0)
FLIPPED = (0.0, 0.05, 0.15, 0.8)


@pytest.mark.parametrize(
    ("after", "old", "what"),
    [
        ([seen(ONE)], seen(), "names one class only"),
        ([seen(FLIPPED)], seen(), "gives more than half of the pixels another class"),
        (drive(1, hard=True, h=0.1), seen(hard=False), "calls nearly every frame hard"),
        (drive(2, h=0.25), seen(h=0.8), "has the same trust in every frame"),
        (drive(1, ms=400.0, hard=False), seen(ms=50.0), "takes more than 3 times as long"),
    ],
    ids=["one class", "moved", "flood", "stuck", "slow"],
)
def test_harm_is_seen_and_confirmed(after, old, what):
    said, count = judged(drive(50), after * FRAMES, old=old)
    assert said.startswith(what)
    assert count == FEWEST_FRAMES


@pytest.mark.parametrize(
    ("after", "old"),
    [
        ([seen(ONE)], seen(ONE)),  # the robot looks at a wall
        ([seen(FLIPPED)], seen(FLIPPED)),  # another scene
        (drive(1, hard=True, h=0.1), seen(hard=True)),  # a hard scene
        (drive(2, h=0.25), seen(h=0.25)),
        (drive(1, ms=400.0, hard=False), seen(ms=300.0)),  # a busy machine
    ],
    ids=["one class", "moved", "flood", "stuck", "slow"],
)
def test_what_the_pair_before_says_too_is_no_harm(after, old):
    assert judged(drive(50), after * FRAMES, old=old) == ("", FRAMES)


@pytest.mark.parametrize(
    ("after", "old"),
    [
        (drive(2, h=0.9999), seen(h=0.8)),  # sure of everything, with reason perhaps
        ([seen(h=0.25)], seen(h=0.8)),  # the picture stands still
        (drive(1, ms=60.0, hard=False), seen(ms=10.0)),
        (drive(1, hard=False), seen(hard=True)),  # what training is for
    ],
    ids=["sure", "still", "a little slower", "fewer hard"],
)
def test_what_is_no_harm(after, old):
    assert judged(drive(50), after * FRAMES, old=old) == ("", FRAMES)


def test_without_frames_before_only_one_class_is_told():
    for before in ([], drive(FEWEST_FRAMES - 1)):
        assert judged(before, [seen(FLIPPED)] * FRAMES, old=seen())[0] == ""
        assert judged(before, [seen(ONE)] * FRAMES, old=seen())[0].startswith("names one class")


def test_the_pair_before_is_not_asked_at_every_frame():
    watch, asked = SwapWatch(drive(50), frames=100), []
    for count in range(1, 101):
        watch.add(seen(ONE))
        if watch.suspicions():
            asked.append(count)
    assert asked == list(range(10, 101, 10))
    assert watch.suspicions() == []


def test_harm_that_begins_late_is_seen_at_the_end():
    after = drive(14) + [seen(FLIPPED)] * 11
    watch = SwapWatch(drive(50), frames=25)
    suspicions = []
    for frame in after + [seen()] * 5:  # what comes after the end does not count
        watch.add(frame)
        suspicions.append(len(watch.suspicions()))
    assert watch.over
    assert sum(suspicions) <= 1


@pytest.mark.parametrize("frames", [1, 3])
def test_a_short_watch_judges_at_its_end(frames):
    watch = SwapWatch(drive(50), frames=frames)
    for _ in range(frames):
        assert watch.suspicions() == []
        watch.add(seen(ONE))
    assert watch.suspicions()[0] is HARMS[0]
