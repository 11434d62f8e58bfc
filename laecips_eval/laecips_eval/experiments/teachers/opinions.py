"""F's results on a stream, for each pair of mask generator and class scorer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import thread_time
from typing import Final, NamedTuple, TypeVar

import numpy as np
from laecips_cloud.class_scorers import ClassScorer
from laecips_cloud.fusion.mask_fusion import Fused, fuse
from laecips_cloud.fusion.vote import PAPER, Vote
from laecips_cloud.masks import Masks
from laecips_cloud.metrics import ConfusionMatrix
from laecips_edge.core.inference.segmenter import Segmenter
from numpy.typing import NDArray

from laecips_eval.datasets.streams import StreamFrame

Cut = Callable[[StreamFrame], Masks]
Result = TypeVar("Result")


class Way(NamedTuple):
    """One configuration of F.

    Attributes:
        masks: name of the mask generator.
        scorer: name of the class scorer.
        vote: `safe` with the default bounds, `paper` without bounds.
    """

    masks: str
    scorer: str
    vote: str = "safe"


F_ALONE: Final = Way("", "f alone")

VOTES: Final[Mapping[str, Vote]] = {"safe": Vote(), "paper": PAPER}


class Taught(NamedTuple):
    """Numbers of pixels that training would use or leave out as unsure, and of correct ones."""

    taught: int = 0
    taught_right: int = 0
    left_out: int = 0
    left_out_right: int = 0


@dataclass
class Measured:
    """The measurements on one stream.

    Attributes:
        classes: names of the classes.
        segments: names of the segments.
        matrices: confusion matrix by (way, segment); f alone is a way, too.
        taught: numbers of pixels, by way.
        milliseconds: median CPU time per frame on one core, by name of scorer or generator.
        fusion_ms: median CPU time of the fusion per frame on one core, by way.
        masks: mean number of masks per frame, by generator.
        frames: number of frames.
    """

    classes: Sequence[str]
    segments: Sequence[str]
    matrices: dict[tuple[Way, str], ConfusionMatrix] = field(default_factory=dict)
    taught: dict[Way, Taught] = field(default_factory=dict)
    milliseconds: dict[str, float] = field(default_factory=dict)
    fusion_ms: dict[Way, float] = field(default_factory=dict)
    masks: dict[str, float] = field(default_factory=dict)
    frames: int = 0

    def over(self, way: Way, segments: Iterable[str]) -> ConfusionMatrix:
        """Return one confusion matrix over some segments."""
        return ConfusionMatrix.sum(self.matrices[way, name] for name in segments)

    def time_of(self, way: Way) -> float:
        """Return the CPU time of F in this way, in milliseconds per frame on one core."""
        return self.milliseconds[way.scorer] + self.milliseconds[way.masks] + self.fusion_ms[way]


class Measurement:
    """Runs f, each scorer and each generator once per frame, and fuses them in every way.

    Args:
        classes: names of the stream's classes.
        segments: names of its segments.
        segmenter: f.
        scorers: class scorers by name.
        cuts: mask generators by name.
        ways: pairs of scorer and generator to measure.
        min_confidence: pixels of lower confidence are not used for training, in [0, 1].
    """

    def __init__(
        self,
        *,
        classes: Sequence[str],
        segments: Sequence[str],
        segmenter: Segmenter,
        scorers: Mapping[str, ClassScorer],
        cuts: Mapping[str, Cut],
        ways: Sequence[Way],
        min_confidence: float,
    ) -> None:
        self._segmenter, self._scorers, self._cuts = segmenter, scorers, cuts
        self._ways, self._min_confidence = tuple(ways), min_confidence
        self._result = Measured(classes=classes, segments=segments)
        for way in (F_ALONE, *ways):
            for name in segments:
                self._result.matrices[way, name] = ConfusionMatrix(len(classes))
            self._result.taught[way] = Taught()
        self._times: dict[str | Way, list[float]] = {}
        self._counts: dict[str, list[int]] = {}

    def add(self, frame: StreamFrame) -> None:
        """Measure one frame."""
        self._result.frames += 1
        self._add(F_ALONE, frame, self._segmenter.scores(frame.rgb).argmax(axis=0).astype(np.uint8))
        scores = {
            name: self._timed(
                name, partial(scorer.score, frame.rgb, partial(self._segmenter.scores, frame.rgb))
            )
            for name, scorer in self._scorers.items()
        }
        masks = {name: self._timed(name, partial(cut, frame)) for name, cut in self._cuts.items()}
        for name, cut in masks.items():
            self._counts.setdefault(name, []).append(cut.count)
        for way in self._ways:
            fused = self._timed(
                way, partial(fuse, scores[way.scorer], masks[way.masks], vote=VOTES[way.vote])
            )
            self._add(way, frame, fused.label_map)
            self._result.taught[way] = _with(
                self._result.taught[way], fused, frame.truth, self._min_confidence
            )

    def result(self) -> Measured:
        """Return the measurements of all frames so far."""
        medians = {what: float(np.median(values)) for what, values in self._times.items()}
        for what, milliseconds in medians.items():
            if isinstance(what, Way):
                self._result.fusion_ms[what] = milliseconds
            else:
                self._result.milliseconds[what] = milliseconds
        self._result.masks = {name: float(np.mean(values)) for name, values in self._counts.items()}
        return self._result

    def _add(self, way: Way, frame: StreamFrame, label_map: NDArray[np.uint8]) -> None:
        self._result.matrices[way, frame.segment].add(label_map, frame.truth)

    def _timed(self, what: str | Way, work: Callable[[], Result]) -> Result:
        """Call `work` and note its CPU time in this thread; other load does not count."""
        started = thread_time()
        done = work()
        self._times.setdefault(what, []).append((thread_time() - started) * 1e3)
        return done


def _with(taught: Taught, fused: Fused, truth: NDArray[np.uint8], min_confidence: float) -> Taught:
    known = truth != 255
    sure = known & (fused.confidence_map >= min_confidence * 255)
    right = known & (fused.label_map == truth)
    counts = (sure, sure & right, known & ~sure, known & ~sure & right)
    added = (int(np.count_nonzero(pixels)) for pixels in counts)
    return Taught(*(before + more for before, more in zip(taught, added, strict=True)))
