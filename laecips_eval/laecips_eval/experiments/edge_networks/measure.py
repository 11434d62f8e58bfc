"""Accuracy, time and bytes of bundles, as a robot runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from time import thread_time

import numpy as np
from laecips_cloud.metrics import ConfusionMatrix
from laecips_cloud.training.data.drifted_views import views
from laecips_cloud.training.data.labelled_frames import LabelledFrame
from laecips_edge.core.bundle.bundle import MANIFEST, Bundle
from laecips_edge.core.inference.scores import label_map_of
from laecips_edge.core.inference.segmenter import Segmenter
from numpy.typing import NDArray

from laecips_eval.datasets.streams import StreamFrame

GRAPHS = ("graph_f.onnx", "graph_h.onnx")
"""Files that are equal in every version of an architecture, and are fetched once."""


@dataclass(frozen=True, kw_only=True)
class MeasuredNetwork:
    """The measurements of one bundle.

    Attributes:
        bundle: the bundle.
        held_out: data-set mIoU on frames of scenes that nothing was trained on.
        drifted: the same on drifted variants of them.
        drive: the same on the inspection drive, by segment.
        f_ms: median processor time of f on one core.
        h_ms: the same of h.
    """

    bundle: Bundle
    held_out: float
    drifted: float
    drive: Mapping[str, float]
    f_ms: float
    h_ms: float

    @property
    def weights(self) -> int:
        """The number of f's weights on the robot."""
        return sum(weight.size for weight in self.bundle.weights("f").values())

    @property
    def update_bytes(self) -> int:
        """The bytes that a robot fetches for another version of the same architecture."""
        files = [MANIFEST, *(name for name in self.bundle.manifest.files if name not in GRAPHS)]
        return sum((self.bundle.path / name).stat().st_size for name in files)


def measure(
    bundles: Sequence[Bundle],
    held_out: Iterable[LabelledFrame],
    drive: Iterable[StreamFrame],
    *,
    engine: str = "onnxruntime",
    repeats: int = 15,
    progress: Callable[[], None] = lambda: None,
) -> list[MeasuredNetwork]:
    """Run all bundles over the same frames, and time them in turns.

    Args:
        bundles: of the same classes and input size.
        held_out: frames of scenes that nothing was trained on.
        drive: frames of the inspection drive.
        engine: the robots' inference engine; it runs on one thread.
        repeats: number of runs for each median.
        progress: called after each frame.
    """
    segmenters = [Segmenter(bundle, engine=engine, threads=1) for bundle in bundles]
    classes = len(bundles[0].manifest.classes)
    by_variant = [_Accuracy(segmenter, classes) for segmenter in segmenters]
    for view in views(held_out, variants=1, seed=0):
        for accuracy in by_variant:
            accuracy.add("drifted" if view.variant else "held_out", view.image, view.label)
        progress()
    by_segment = [_Accuracy(segmenter, classes) for segmenter in segmenters]
    for frame in drive:
        for accuracy in by_segment:
            accuracy.add(frame.segment, frame.rgb, frame.truth)
        progress()
    times = _times(segmenters, bundles[0].manifest.input_size, repeats=repeats)
    return [
        MeasuredNetwork(bundle=bundle, **views_.miou(), drive=segments.miou(), f_ms=f_ms, h_ms=h_ms)
        for bundle, views_, segments, (f_ms, h_ms) in zip(
            bundles, by_variant, by_segment, times, strict=True
        )
    ]


class _Accuracy:
    """The confusion matrices of one f, by name of a part of the frames."""

    def __init__(self, segmenter: Segmenter, classes: int) -> None:
        self._segmenter, self._classes = segmenter, classes
        self._matrices: dict[str, ConfusionMatrix] = {}

    def add(self, part: str, rgb: NDArray[np.uint8], truth: NDArray[np.uint8]) -> None:
        logits = self._segmenter.logits(np.ascontiguousarray(rgb))
        matrix = self._matrices.setdefault(part, ConfusionMatrix(self._classes))
        matrix.add(label_map_of(logits, (truth.shape[0], truth.shape[1])), truth)

    def miou(self) -> dict[str, float]:
        return {part: matrix.miou() for part, matrix in self._matrices.items()}


def _times(
    segmenters: Sequence[Segmenter], size: tuple[int, int], *, repeats: int
) -> list[tuple[float, float]]:
    """Return the medians of f and h in milliseconds, taken in turns: load hits all alike."""
    steps: list[Callable[[], object]] = []
    rgb = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    for segmenter in segmenters:
        steps += [
            partial(segmenter.logits, rgb),
            partial(segmenter.trust, segmenter.logits(rgb)),
        ]
    times: list[list[float]] = [[] for _ in steps]
    for _ in range(repeats):
        for step, own in zip(steps, times, strict=True):
            started = thread_time()  # other load does not count
            step()
            own.append((thread_time() - started) * 1e3)
    medians = [median(own) for own in times]
    return list(zip(medians[::2], medians[1::2], strict=True))
