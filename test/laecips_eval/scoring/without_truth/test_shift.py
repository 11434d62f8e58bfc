"""What a run shows without truth."""

from collections.abc import Sequence

import numpy as np
import pytest
from laecips_eval.bags.topics import Segment
from laecips_eval.scoring.answers import PublishedAnswer
from laecips_eval.scoring.frame_record import FrameRecord
from laecips_eval.scoring.without_truth.shift import shift_of, stretches

CLASSES = ("panel", "screw")
SEGMENTS = (Segment("day", 0, 40), Segment("dusk", 40, 80))


def frame(
    index: int,
    trust: float,
    *,
    screws: int = 10,
    agreement: float = 0.95,
    source: str = "cloud",
    untrained: float | None = None,
) -> FrameRecord:
    answer = PublishedAnswer(
        stamp_ns=index, source=source, trust=trust, delta=0.5, hard=True, audit=False
    )
    return FrameRecord(
        index=index,
        answer=answer,
        agreement=agreement,
        class_pixels=np.array([100 - screws, screws]),
        trust_untrained=untrained,
    )


def spread(low: float, high: float, count: int = 40) -> Sequence[float]:
    return np.linspace(low, high, count).tolist()


def run(day: Sequence[float], dusk: Sequence[float], **late: object) -> list[FrameRecord]:
    early = [frame(index, trust) for index, trust in enumerate(day)]
    return early + [frame(40 + index, trust, **late) for index, trust in enumerate(dusk)]


def test_a_run_that_stays_as_it_is() -> None:
    shift = shift_of(SEGMENTS, run(spread(0.5, 0.9), spread(0.5, 0.9)), classes=CLASSES)
    day, dusk = shift.segments
    assert shift.alarms == []
    assert (shift.compared, shift.agreement) == (80, pytest.approx(0.95))
    assert (day.trust_ks, day.class_psi) == (None, None)
    assert (dusk.trust_ks, dusk.class_psi) == (0.0, 0.0)
    assert (day.trust_p10, day.trust_p50) == (pytest.approx(0.54), pytest.approx(0.7))
    assert day.class_shares == {"panel": 0.9, "screw": 0.1}


@pytest.mark.parametrize(
    ("late", "trust", "alarm"),
    [
        (
            {},
            (0.2, 0.6),
            "dusk: trust has fallen by 0.30 against day (mean 0.70 to 0.40, KS 0.75): label some "
            "of its frames",
        ),
        (
            {},
            (0.9, 1.0),
            None,
        ),
        (
            {"screws": 40},
            (0.5, 0.9),
            "dusk: other shares of classes than in day (PSI 0.54), most of all screw, 10.0% to "
            "40.0%: is it the scene, or is it f?",
        ),
        (
            {"agreement": 0.7},
            (0.5, 0.9),
            "dusk: f and F agree on 70.0% of the pixels of hard frames, 95.0% in day: label some "
            "of its frames",
        ),
        ({"agreement": 0.1, "source": "edge"}, (0.5, 0.9), None),
        ({"agreement": 0.9, "screws": 14}, (0.48, 0.88), None),
    ],
)
def test_alarms(late: dict[str, object], trust: tuple[float, float], alarm: str | None) -> None:
    shift = shift_of(SEGMENTS, run(spread(0.5, 0.9), spread(*trust), **late), classes=CLASSES)
    assert shift.alarms == ([] if alarm is None else [alarm])


def test_the_first_segment_is_held_against_the_bundle() -> None:
    frames = run(spread(0.1, 0.4), spread(0.1, 0.4))
    shift = shift_of(SEGMENTS, frames, classes=CLASSES, held_out_trust=spread(0.4, 1.0, 21))
    assert shift.segments[0].trust_ks == pytest.approx(1.0, abs=0.03)
    (alarm,) = shift.alarms
    assert alarm.startswith("day: trust has fallen by 0.45 against held-out frames of the bundle")


def test_few_frames_are_no_alarm() -> None:
    segments = (Segment("day", 0, 40), Segment("dusk", 40, 43))
    frames = run(spread(0.5, 0.9), [0.5, 0.55, 0.6], agreement=0.2)
    shift = shift_of(segments, frames, classes=CLASSES)
    assert shift.segments[1].trust_ks > 0.7
    assert shift.alarms == []


def test_the_trust_of_one_pair_is_compared_with_itself() -> None:
    frames = run(spread(0.5, 0.9), spread(0.5, 0.9))
    for learnt in frames[40:]:
        learnt.trust_untrained = 0.1
    assert shift_of(SEGMENTS, frames, classes=CLASSES).segments[1].trust_p50 == 0.1


def test_segments_without_an_answer_are_left_out() -> None:
    frames = [frame(index, 0.5) for index in range(40)]
    frames += [FrameRecord(index=index) for index in range(40, 80)]
    assert [it.name for it in shift_of(SEGMENTS, frames, classes=CLASSES).segments] == ["day"]
    assert shift_of(SEGMENTS, [], classes=CLASSES).segments == []
    unlabelled = shift_of(SEGMENTS, run([0.5] * 40, [0.5] * 40), classes=())
    assert unlabelled.segments[0].class_shares == {}


@pytest.mark.parametrize(
    ("frames", "stops"), [(0, []), (7, [7]), (25, [12, 25]), (100, [20, 40, 60, 80, 100])]
)
def test_stretches(frames: int, stops: list[int]) -> None:
    found = stretches(frames)
    assert [it.stop for it in found] == stops
    assert [it.start for it in found] == [0, *stops][:-1] if stops else found == []
