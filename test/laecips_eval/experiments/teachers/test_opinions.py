"""Every way of making F, measured on pictures whose truth is in their red channel."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from laecips_cloud.class_scorers import ClassScorer, EdgeScores, create_class_scorer
from laecips_cloud.masks import Masks, MaskSet, Partition
from laecips_cloud.metrics import ConfusionMatrix
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_eval.datasets.streams import StreamFrame
from laecips_eval.experiments.teachers.opinions import (
    F_ALONE,
    VOTES,
    Cut,
    Measured,
    Measurement,
    Taught,
    Way,
)
from laecips_eval.mask_study.true_regions import perfect_masks

CLASSES = ("belt", "part", "screw", "scratch")
SEGMENTS = ("morning", "noon", "night")
BARE = Way("none", "seer")


class Seer:
    """Reads the truth from the red channel; is as sure of it as it was told."""

    def __init__(self, sure: float = 1.0, *, shift: int = 0) -> None:
        self._sure, self._shift = sure, shift

    def score(self, rgb: np.ndarray, edge: EdgeScores) -> np.ndarray:
        label = (rgb[:, :, 0] // 64 + self._shift) % len(CLASSES)
        scores = np.full((len(CLASSES), *label.shape), (1 - self._sure) / 3, np.float32)
        np.put_along_axis(scores, label[None].astype(np.intp), self._sure, axis=0)
        return scores


def none(frame: StreamFrame) -> Masks:
    return MaskSet(frame.truth.shape, ())


def whole(frame: StreamFrame) -> Masks:
    return Partition(np.zeros(frame.truth.shape, np.int32))


def perfect(frame: StreamFrame) -> Masks:
    return perfect_masks(frame.truth)


def frames() -> Iterator[StreamFrame]:
    """Two frames of the morning and one of noon; none of the night."""
    rng = np.random.default_rng(5)
    for segment in ("morning", "morning", "noon"):
        blocks = rng.integers(0, 256, (6, 8, 3), np.uint8)
        rgb = blocks.repeat(16, axis=0).repeat(16, axis=1)
        truth = rgb[:, :, 0] // 64
        truth[0] = 255
        yield StreamFrame(segment, rgb, truth)


@pytest.fixture
def segmenter(tiny_bundle: Bundle) -> Segmenter:
    return Segmenter(tiny_bundle)


def measured(
    segmenter: Segmenter,
    scorers: Mapping[str, ClassScorer],
    cuts: Mapping[str, Cut],
    *,
    ways: Sequence[Way] = (),
    stream: Sequence[StreamFrame] = (),
    min_confidence: float = 0.6,
) -> Measured:
    measurement = Measurement(
        classes=CLASSES,
        segments=SEGMENTS,
        segmenter=segmenter,
        scorers=scorers,
        cuts=cuts,
        ways=ways or [Way(masks, scorer) for masks in cuts for scorer in scorers],
        min_confidence=min_confidence,
    )
    for frame in stream or frames():
        measurement.add(frame)
    return measurement.result()


def test_who_knows_the_truth_makes_no_mistake(segmenter: Segmenter) -> None:
    result = measured(segmenter, {"seer": Seer()}, {"none": none, "perfect": perfect})
    assert result.frames == 3
    for masks in ("none", "perfect"):
        assert result.over(Way(masks, "seer"), SEGMENTS).miou() == 1.0
    assert result.over(F_ALONE, SEGMENTS).miou() < 0.5


def test_without_masks_f_is_its_class_scorer(segmenter: Segmenter) -> None:
    scorers = {"f": create_class_scorer("edge", classes=CLASSES), "wrong": Seer(shift=1)}
    result = measured(segmenter, scorers, {"none": none})
    for segment in SEGMENTS:
        np.testing.assert_array_equal(
            result.matrices[Way("none", "f"), segment].counts,
            result.matrices[F_ALONE, segment].counts,
        )
    assert result.over(Way("none", "wrong"), SEGMENTS).miou() == 0.0


def test_segments_are_told_apart_and_put_together(segmenter: Segmenter) -> None:
    result = measured(segmenter, {"seer": Seer()}, {"none": none})
    pixels = {name: int(result.matrices[F_ALONE, name].counts.sum()) for name in SEGMENTS}
    assert pixels == {"morning": 2 * 95 * 128, "noon": 95 * 128, "night": 0}
    for names in (["noon"], ["morning", "noon"], SEGMENTS):
        total = int(result.over(F_ALONE, names).counts.sum())
        assert total == sum(pixels[name] for name in names)
    assert np.isnan(result.over(F_ALONE, ["night"]).miou())


def test_masks_are_counted_and_everything_is_timed(segmenter: Segmenter) -> None:
    scorers = {"f": create_class_scorer("edge", classes=CLASSES), "seer": Seer()}
    result = measured(segmenter, scorers, {"none": none, "whole": whole, "perfect": perfect})
    assert result.masks["none"] == 0
    assert result.masks["whole"] == 1
    assert result.masks["perfect"] > 5
    assert set(result.milliseconds) == {"f", "seer", "none", "whole", "perfect"}
    assert set(result.fusion_ms) == {Way(m, s) for m in result.masks for s in scorers}


def test_the_time_of_a_way_is_that_of_its_parts() -> None:
    way = Way("graph", "f")
    result = Measured(
        classes=CLASSES,
        segments=SEGMENTS,
        milliseconds={"f": 20.0, "graph": 70.0, "seer": 900.0},
        fusion_ms={way: 3.0, way._replace(vote="paper"): 5.0},
    )
    assert result.time_of(way) == 93.0
    assert result.time_of(way._replace(vote="paper")) == 95.0


@pytest.mark.parametrize(("vote", "recall"), [("safe", [1.0, 1.0]), ("paper", [1.0, 0.0])])
def test_a_way_has_its_vote(segmenter: Segmenter, vote: str, recall: list[float]) -> None:
    rgb = np.zeros((96, 128, 3), np.uint8)
    rgb[:8, :8] = 64  # a small part on the belt, in a mask that has run over both
    frame = StreamFrame("noon", rgb, rgb[:, :, 0] // 64)
    way = Way("whole", "seer", vote)
    assert way.vote in VOTES
    result = measured(segmenter, {"seer": Seer()}, {"whole": whole}, ways=[way], stream=[frame])
    assert result.over(way, ["noon"]).recall()[:2].tolist() == recall


@pytest.mark.parametrize(
    ("sure", "shift", "min_confidence", "expected"),
    [
        (1.0, 0, 0.6, Taught(taught=6, taught_right=6)),
        (1.0, 1, 0.6, Taught(taught=6, taught_right=0)),
        (0.5, 0, 0.6, Taught(left_out=6, left_out_right=6)),
        (0.5, 1, 0.6, Taught(left_out=6, left_out_right=0)),
        (0.5, 1, 0.0, Taught(taught=6, taught_right=0)),
        (1.0, 0, 1.0, Taught(taught=6, taught_right=6)),
    ],
)
def test_what_would_be_taught(
    segmenter: Segmenter, sure: float, shift: int, min_confidence: float, expected: Taught
) -> None:
    truth = np.array([[0, 1, 2, 3], [3, 2, 255, 255]], np.uint8)
    rgb = np.repeat((truth * 64)[:, :, None], 3, axis=2)
    arguments: dict[str, Any] = {
        "ways": [BARE],
        "stream": [StreamFrame("noon", rgb, truth)],
        "min_confidence": min_confidence,
    }
    scorers = {"seer": Seer(sure, shift=shift)}
    result = measured(segmenter, scorers, {"none": none}, **arguments)
    assert result.taught == {F_ALONE: Taught(), BARE: expected}


def test_over_sums_nothing_but_what_was_asked_for() -> None:
    matrices = {}
    for number, name in enumerate(SEGMENTS):
        matrices[F_ALONE, name] = ConfusionMatrix(4)
        truth = np.full((1, 2), number, np.uint8)
        matrices[F_ALONE, name].add(np.array([[number, 0]], np.uint8), truth)
    result = Measured(classes=CLASSES, segments=SEGMENTS, matrices=matrices)
    assert result.over(F_ALONE, ["noon", "night"]).counts.tolist() == [
        [0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0],
        [1, 0, 1, 0, 0],
        [0, 0, 0, 0, 0],
    ]
