"""Measurements of the experiment `teachers`: gain by a large model on drives with drift."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
from laecips_cloud.class_scorers import ClassScorer, create_class_scorer
from laecips_cloud.class_scorers.semantic_network import QUICK
from laecips_cloud.mask_generators.graph import GraphMaskGenerator
from laecips_cloud.mask_generators.none import NoMasks
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.segmenter import Segmenter

from laecips_eval.datasets.streams import CamVidStream, InspectionStream, Stream
from laecips_eval.experiments.teachers import opinions_page as page
from laecips_eval.experiments.teachers.opinions import Cut, Measured, Measurement, Way
from laecips_eval.mask_study.true_regions import perfect_masks

Progress = Callable[[str, int, int], None]

NONE, GRAPH, COARSE, PERFECT = "none", "graph", "graph, coarse", "perfect regions"


@dataclass(frozen=True, kw_only=True)
class ComparedNetworks:
    """The networks that are compared on one stream.

    Attributes:
        bundle: folder of the bundle with f.
        teacher: folder of the stand-in teacher; the weight of its blend is fitted.
        heavy: folder of a network as large as the teacher, trained on the frames of f only; None
            to leave it out.
    """

    bundle: Path
    teacher: Path
    heavy: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Section:
    """The measurements on one stream, and how to show them.

    Attributes:
        measured: the figures.
        groups: names of segments, by the name of the group that they form.
        rare: classes that are shown one by one.
    """

    measured: Measured
    groups: Mapping[str, Sequence[str]]
    rare: Sequence[str]


def measure_inspection(
    settings: Mapping[str, Any], models: ComparedNetworks, *, progress: Progress = lambda *_: None
) -> Section:
    """Measure on frames of the inspection bag; `settings` as in config/experiments."""
    own = settings["inspection"]
    stream = _checked(InspectionStream(seed=own["seed"], every=own["every"]), own)
    return _measure("inspection", stream, settings, own, models, progress=progress)


def measure_camvid(
    root: Path,
    settings: Mapping[str, Any],
    models: ComparedNetworks,
    *,
    progress: Progress = lambda *_: None,
) -> Section:
    """Measure on CamVid's streams; `settings` as in config/experiments."""
    own = settings["camvid"]
    return _measure("camvid", open_camvid(root, own), settings, own, models, progress=progress)


def open_camvid(root: Path, own: Mapping[str, Any]) -> Stream:
    """Return CamVid's streams; `own` is the part `camvid` of the settings.

    Raises:
        ValueError: a split is missing, or the settings name an unknown segment or class.
    """
    return _checked(CamVidStream(root, own["splits"], every=own["every"]), own)


def section_page(section: Section) -> str:
    """Return the tables of one stream as Markdown."""
    measured = section.measured
    scorers = [way.scorer for way in measured.taught if way.masks == NONE]
    bare = {scorer: Way(NONE, scorer) for scorer in scorers}
    ways = [Way(masks, scorer) for masks in (NONE, GRAPH, PERFECT) for scorer in scorers]
    voted = [Way(masks, scorer) for masks in (GRAPH, COARSE, PERFECT) for scorer in scorers]
    own = [way for way in ways if way.masks != PERFECT]
    return (
        f"### F's mIoU, and its gain over f in points\n\n{measured.frames} frames.\n\n"
        f"{page.miou_table(measured, ways, section.groups)}\n"
        f"### Recall / IoU of the rare classes\n\n"
        f"{page.recall_table(measured, ways, section.rare)}\n"
        f"### What the bounds of the vote buy\n\n"
        f"F's mIoU against its class scorer's, in points.\n\n"
        f"{page.vote_table(measured, bare, voted)}\n"
        f"### What would be taught\n\n{page.taught_table(measured, own)}"
    )


def _checked(stream: Stream, own: Mapping[str, Any]) -> Stream:
    """Return the stream; raise ValueError, before the measurement, if `own` has unknown names."""
    for what, named, there in (
        ("segment", [name for names in own["groups"].values() for name in names], stream.segments),
        ("class", own["rare"], stream.classes),
    ):
        for name in named:
            if name not in there:
                raise ValueError(
                    f"experiment teachers: no {what} is named '{name}': there are "
                    f"{', '.join(there)}"
                )
    return stream


def _measure(
    name: str,
    stream: Stream,
    settings: Mapping[str, Any],
    own: Mapping[str, Any],
    models: ComparedNetworks,
    *,
    progress: Progress,
) -> Section:
    cv2.setNumThreads(1)
    segmenter = Segmenter(Bundle.load(models.bundle, classes=stream.classes))
    scorers = _scorers(models, stream.classes)
    coarse = GraphMaskGenerator(**settings["coarse"])
    none, graph = NoMasks(), GraphMaskGenerator()
    cuts: dict[str, Cut] = {
        NONE: lambda frame: none.generate(frame.rgb),
        GRAPH: lambda frame: graph.generate(frame.rgb),
        COARSE: lambda frame: coarse.generate(frame.rgb),
        PERFECT: lambda frame: perfect_masks(frame.truth),
    }
    ways = [Way(masks, scorer) for masks in cuts for scorer in scorers]
    ways += [way._replace(vote="paper") for way in ways if way.masks != NONE]
    measurement = Measurement(
        classes=stream.classes,
        segments=stream.segments,
        segmenter=segmenter,
        scorers=scorers,
        cuts=cuts,
        ways=ways,
        min_confidence=settings["min_confidence"],
    )
    for number, frame in enumerate(stream):
        measurement.add(frame)
        progress(name, number + 1, len(stream))
    return Section(measured=measurement.result(), groups=own["groups"], rare=own["rare"])


TEACHER: Final = "teacher"


def _scorers(models: ComparedNetworks, classes: Sequence[str]) -> dict[str, ClassScorer]:
    def scorer(kind: str, **options: str) -> ClassScorer:
        return create_class_scorer(kind, options, classes=classes)

    model = str(models.teacher)
    scorers = {"f": scorer("edge")}
    if models.heavy is not None:
        scorers["as large, no extra data"] = scorer("onnx", model=str(models.heavy))
    scorers[TEACHER] = scorer("onnx", model=model)
    quick = models.teacher / QUICK
    if quick.is_file():
        scorers["teacher, quick"] = scorer("onnx", model=str(quick))
    scorers["teacher, flipped too"] = scorer("onnx", model=model, flip="true")
    scorers["blend"] = scorer("blend", model=model)
    return scorers
