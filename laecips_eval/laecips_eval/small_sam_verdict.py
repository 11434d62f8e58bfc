"""Does a small SAM cut better than `graph`? The bars that it has to clear before it ships."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time
from typing import Any, Final, NamedTuple

import numpy as np
from laecips_cloud.class_scorers import create_class_scorer
from laecips_cloud.fusion import fuse
from laecips_cloud.mask_generators import create_mask_generator
from laecips_cloud.masks import Masks
from laecips_cloud.training.labelled_frames import LabelledFrames
from laecips_cloud.vote import Vote
from laecips_edge.core.metrics import ConfusionMatrix
from numpy.typing import NDArray

from laecips_eval.mask_quality import best_ious
from laecips_eval.perfect_masks import perfect_masks

NONE, GRAPH, SMALL, PERFECT = "none", "graph", "small SAM", "perfect regions"

MOST_MS: Final = 150.0
"""A frame, of one core."""

MOST_MB: Final = 10.0
"""Of the weights in float16."""

OPTIONS: Final = {
    "engine": "openvino",
    "chosen_points": "48",
    "points_per_batch": "16",
    "pred_iou_thresh": "0.5",
    "stability_score_thresh": "0.7",
}
"""Of `sam_onnx` for a small SAM: as many prompts as the time allows, and bounds below SAM's own,
which were set for a network that is hardly ever wrong."""

Scores = NDArray[np.float32]
Cut = Callable[[NDArray[np.uint8], NDArray[np.uint8], Scores], Masks]
Progress = Callable[[str], None]


class Side(NamedTuple):
    """What one generator reaches.

    Attributes:
        masks_by: its name.
        masks: mean number a frame.
        best_iou: mean over the true regions of the IoU with the mask that fits each best.
        miou: data-set mIoU of F with the teacher's scores, within the usual bounds of the vote.
        milliseconds: median a frame, of one core, choice of prompts included, scores not.
    """

    masks_by: str
    masks: float
    best_iou: float
    miou: float
    milliseconds: float


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A small SAM against `graph`.

    Attributes:
        frames: on how many.
        megabytes: of its weights in float16.
        sides: what each reaches, `none` and `perfect regions` for comparison.
    """

    frames: int
    megabytes: float
    sides: tuple[Side, ...]

    def side(self, name: str) -> Side:
        """What one of them reaches."""
        return next(side for side in self.sides if side.masks_by == name)

    def bars(self) -> list[tuple[str, str, bool]]:
        """What has to be, how it is, and whether that is enough."""
        ours, graph = self.side(SMALL), self.side(GRAPH)
        return [
            (
                f"mean best IoU above graph's {graph.best_iou:.3f}",
                f"{ours.best_iou:.3f}",
                ours.best_iou > graph.best_iou,
            ),
            (
                f"fused mIoU above graph's {graph.miou:.3f}",
                f"{ours.miou:.3f}",
                ours.miou > graph.miou,
            ),
            (
                f"at most {MOST_MS:.0f} ms a frame on one core",
                f"{ours.milliseconds:.0f} ms",
                ours.milliseconds <= MOST_MS,
            ),
            (
                f"at most {MOST_MB:.0f} MB in float16",
                f"{self.megabytes:.1f} MB",
                self.megabytes <= MOST_MB,
            ),
        ]

    @property
    def ship(self) -> bool:
        """Whether all bars are cleared."""
        return all(cleared for _, _, cleared in self.bars())

    def to_json(self) -> str:
        """As a file holds it, the bars for people to read."""
        told = asdict(self) | {"sides": [side._asdict() for side in self.sides]}
        told |= {"bars": [list(bar) for bar in self.bars()], "ship": self.ship}
        return json.dumps(told, indent=1) + "\n"


def judge(
    export: Path,
    dataset: LabelledFrames,
    *,
    count: int,
    teacher: Path,
    megabytes: float,
    options: dict[str, str] | None = None,
    progress: Progress = lambda line: None,
) -> Verdict:
    """Runs all sides over the same frames.

    Args:
        export: folder that `laecips models export-sam` wrote.
        dataset: frames that the network has not learnt from.
        count: of them, evenly spread; at least 1.
        teacher: folder of the class scorer `onnx`.
        megabytes: of the network's weights.
        options: of `sam_onnx` besides the model; None for `OPTIONS`.
        progress: takes a line a side.

    Raises:
        ValueError: the export or the teacher is not what it must be, or there is no such engine.
    """
    chosen = np.linspace(0, len(dataset) - 1, min(count, len(dataset))).astype(int)
    scorer = create_class_scorer("onnx", {"model": str(teacher)}, classes=dataset.classes)
    frames = []
    for index in chosen:
        _, image, label = dataset[int(index)]
        rgb = np.ascontiguousarray(image)
        frames.append((rgb, label, scorer.score(rgb, _no_edge)))
    sides = []
    for name, cut in _cuts(export, OPTIONS if options is None else options).items():
        sides.append(_measure(name, cut, frames, len(dataset.classes)))
        progress(f"{name}: best IoU {sides[-1].best_iou:.3f}, fused mIoU {sides[-1].miou:.3f}")
    return Verdict(frames=len(frames), megabytes=megabytes, sides=tuple(sides))


def _cuts(export: Path, options: dict[str, str]) -> dict[str, Cut]:
    none, graph = create_mask_generator("none"), create_mask_generator("graph")
    small: Any = create_mask_generator("sam_onnx", {"model": str(export), **options})
    return {
        NONE: lambda rgb, _label, _scores: none.generate(rgb),
        GRAPH: lambda rgb, _label, _scores: graph.generate(rgb),
        SMALL: lambda rgb, _label, scores: small.generate_with(rgb, scores),
        PERFECT: lambda _rgb, label, _scores: perfect_masks(label),
    }


def _measure(
    name: str,
    cut: Cut,
    frames: Sequence[tuple[NDArray[np.uint8], NDArray[np.uint8], Scores]],
    classes: int,
) -> Side:
    matrix = ConfusionMatrix(classes)
    times, counts, ious = [], [], []
    for rgb, label, scores in frames:
        started = process_time()
        masks = cut(rgb, label, scores)
        times.append((process_time() - started) * 1e3)
        counts.append(masks.count)
        ious.extend(best_ious(masks, label, classes))
        matrix.add(fuse(scores, masks, vote=Vote()).label_map, label)
    return Side(
        masks_by=name,
        masks=float(np.mean(counts)),
        best_iou=float(np.mean(ious)),
        miou=matrix.miou(),
        milliseconds=float(np.median(times)),
    )


def _no_edge() -> Scores:
    raise ValueError("the teacher asks for the scores of f, which nobody has here")
