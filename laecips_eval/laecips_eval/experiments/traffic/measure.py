"""Measurements of the experiment `traffic`: answers and scores of a drive, in several codings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from time import process_time
from typing import Final, NamedTuple

import cv2
import numpy as np
import zstandard
from laecips_cloud.class_scorers import ClassScorer
from laecips_cloud.fusion.mask_fusion import Fused, fuse
from laecips_cloud.fusion.vote import Vote
from laecips_cloud.mask_generators.generator import MaskGenerator
from laecips_cloud.masks import Masks
from laecips_edge.core.image.codecs import encode_png
from laecips_edge.core.inference.scores import softmax, upsample
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.link import wire
from laecips_edge.core.link.confidence_map import USUAL_BOUND
from numpy.typing import NDArray

from laecips_eval.datasets.streams import StreamFrame

Map = NDArray[np.uint8]

EARLIER: Final = "PNG, as before"
SMALL: Final = "run lengths"
COARSE: Final = "sides and levels"

BLOCKS: Final = (1, 2, 4)
"""Sides of the blocks of plain coarser maps that the small confidence map is compared with."""


def _webp(pixels: Map) -> bytes:
    return bytes(cv2.imencode(".webp", pixels, [cv2.IMWRITE_WEBP_QUALITY, 101])[1])


def _png9(pixels: Map) -> bytes:
    options = [cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE, cv2.IMWRITE_PNG_COMPRESSION, 9]
    return bytes(cv2.imencode(".png", pixels, options)[1])


def _zstd(pixels: Map) -> bytes:
    return zstandard.ZstdCompressor(level=9).compress(pixels.tobytes())


LABEL_CODINGS: Final[Mapping[str, Callable[[Map], bytes]]] = {
    EARLIER: lambda pixels: encode_png(pixels, areas=True),
    "PNG, level 9": _png9,
    "WebP, lossless": _webp,
    "pixels, Zstandard level 9": _zstd,
    SMALL: wire.encode_label_map,
}
"""Lossless codings of label maps."""


class Coded(NamedTuple):
    """A coding's mean over the maps.

    Attributes:
        bytes: of a map.
        cpu_ms: processor time to encode one.
    """

    bytes: float
    cpu_ms: float


class CodingChange(NamedTuple):
    """What a lossy coding changes, the mean over the maps.

    Attributes:
        bytes: of a map.
        sides: share of the pixels that change sides of `USUAL_BOUND`.
        error: mean absolute change of the confidence, 1: from none to certain.
        labels: share of the pixels whose label in F changes; only of scores.
    """

    bytes: float
    sides: float
    error: float
    labels: float = 0.0


@dataclass
class AnswerSizes:
    """The answers of one way to make them.

    Attributes:
        labels: codings of the label maps, by name.
        confidence: codings of the confidence maps, by name.
        frames: number of answers.
    """

    labels: dict[str, list[Coded]] = field(default_factory=dict)
    confidence: dict[str, list[CodingChange]] = field(default_factory=dict)
    frames: int = 0

    def add(self, answer: Fused) -> None:
        """Encode an answer in all ways."""
        self.frames += 1
        for name, encode in LABEL_CODINGS.items():
            started = process_time()
            size = len(encode(answer.label_map))
            coded = Coded(size, (process_time() - started) * 1e3)
            self.labels.setdefault(name, []).append(coded)
        exact = answer.confidence_map
        plain = CodingChange(len(encode_png(exact, areas=True)), 0.0, 0.0)
        self.confidence.setdefault(EARLIER, []).append(plain)
        for block in BLOCKS:
            name = f"blocks of {block} x {block}, 10 levels"
            data, decoded = _blocks(exact, block)
            self.confidence.setdefault(name, []).append(_changed(len(data), exact, decoded))
        coarse = wire.encode_confidence_map(exact)
        decoded = wire.decode_confidence_map(coarse, (exact.shape[0], exact.shape[1]))
        self.confidence.setdefault(COARSE, []).append(_changed(len(coarse), exact, decoded))


@dataclass
class ScoreSizes:
    """f's scores as they go up, and what their coding changes in F.

    Attributes:
        codings: by number of steps between 0 and 1.
    """

    codings: dict[int, list[CodingChange]] = field(default_factory=dict)

    def add(
        self, scores: NDArray[np.float32], fused: Callable[[NDArray[np.float32]], Fused]
    ) -> None:
        """Encode a frame's scores in all ways.

        Args:
            scores: float32 [M, h, w], softmax.
            fused: returns F's answer of scores of that size.
        """
        exact = fused(scores)
        planes = scores.reshape(-1, scores.shape[2])
        earlier = encode_png(np.rint(planes * np.float32(255)).astype(np.uint8))
        small = wire.encode_scores(scores)
        for steps, data in ((255, earlier), (31, small)):
            found = fused(wire.decode_scores(data, len(scores)))
            change = _changed(len(data), exact.confidence_map, found.confidence_map)
            labels = float((found.label_map != exact.label_map).mean())
            self.codings.setdefault(steps, []).append(change._replace(labels=labels))


@dataclass(frozen=True, kw_only=True)
class AnswerTraffic:
    """The figures of a drive.

    Attributes:
        answers: sizes by way to answer.
        scores: of f's scores.
    """

    answers: Mapping[str, AnswerSizes]
    scores: ScoreSizes


def measure(
    frames: Iterable[StreamFrame],
    *,
    robot: Segmenter,
    ways: Mapping[str, tuple[ClassScorer, MaskGenerator]],
    progress: Callable[[int], None] = lambda _: None,
) -> AnswerTraffic:
    """Answer frames in every way, and encode the answers.

    Args:
        frames: what the robot sees; their truth is not looked at.
        robot: the pair of the robot; its scores are fused with the masks of the first way.
        ways: class scorer and mask generator of each way, by its name.
        progress: called with the number of frames done.
    """
    answers = {name: AnswerSizes() for name in ways}
    scores = ScoreSizes()
    _, cutter = next(iter(ways.values()))
    for number, frame in enumerate(frames):
        rgb = frame.rgb
        size = (rgb.shape[0], rgb.shape[1])
        own = softmax(robot.predict(rgb).logits, temperature=robot.manifest.temperature)
        for name, (scorer, masks) in ways.items():
            scored = scorer.score(rgb, partial(upsample, own, size))
            answers[name].add(fuse(scored, masks.generate(rgb), vote=Vote()))
        scores.add(own, partial(_fused, masks=cutter.generate(rgb), size=size))
        progress(number + 1)
    return AnswerTraffic(answers=answers, scores=scores)


def _fused(scores: NDArray[np.float32], *, masks: Masks, size: tuple[int, int]) -> Fused:
    return fuse(upsample(scores, size), masks, vote=Vote())


def _changed(size: int, exact: Map, decoded: Map) -> CodingChange:
    bound = USUAL_BOUND * 255
    sides = float(((exact >= bound) != (decoded >= bound)).mean())
    return CodingChange(size, sides, float(np.abs(exact.astype(int) - decoded).mean() / 255))


def _blocks(confidence: Map, side: int) -> tuple[bytes, Map]:
    """Encode a plain coarse map, means of blocks in 10 levels; return its bytes and values."""
    height, width = confidence.shape
    padded = np.pad(confidence, ((0, -height % side), (0, -width % side)), mode="edge")
    rows, columns = padded.shape[0] // side, padded.shape[1] // side
    means = padded.reshape(rows, side, columns, side).mean(axis=(1, 3))
    levels = np.minimum(means / 25.5 + 1e-4, 9).astype(np.uint8)
    values = np.rint(levels * 25.5 + 12.75).astype(np.uint8)
    decoded = values.repeat(side, 0).repeat(side, 1)[:height, :width]
    return wire.encode_label_map(levels), decoded
