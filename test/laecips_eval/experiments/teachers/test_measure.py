"""What a teacher adds, measured on a small CamVid with small networks."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laecips_cloud.class_scorers.semantic_network import SemanticNetwork
from laecips_cloud.metrics import ConfusionMatrix
from laecips_edge.core.bundle.bundle import Bundle
from laecips_eval.datasets.streams import CamVidStream
from laecips_eval.experiments.teachers.measure import (
    ComparedNetworks,
    measure_camvid,
    measure_inspection,
    open_camvid,
    section_page,
)
from laecips_eval.experiments.teachers.opinions import F_ALONE, Way

HEAVY = "as large, no extra data"
SCORERS = ["f", "teacher", "teacher, flipped too", "blend"]
MASKS = ["none", "graph", "graph, coarse", "perfect regions"]


@pytest.mark.parametrize(
    ("heavy", "scorers"), [(False, SCORERS), (True, [SCORERS[0], HEAVY, *SCORERS[1:]])]
)
def test_every_scorer_meets_all_masks(
    camvid: Path,
    tiny_bundle: Bundle,
    teacher: Path,
    settings: dict[str, Any],
    heavy: bool,
    scorers: list[str],
) -> None:
    models = ComparedNetworks(
        bundle=tiny_bundle.path, teacher=teacher, heavy=teacher if heavy else None
    )
    seen: list[tuple[str, int, int]] = []
    section = measure_camvid(
        camvid, settings, models, progress=lambda *arguments: seen.append(arguments)
    )
    measured = section.measured
    assert seen == [("camvid", number, 5) for number in (1, 2, 3, 4, 5)]
    assert (measured.frames, measured.segments) == (5, ("day", "dusk"))
    assert (section.groups, section.rare) == ({"light": ["day"]}, ["screw"])
    with_bounds = [Way(masks, scorer) for masks in MASKS for scorer in scorers]
    # Without masks there is no vote to bound.
    without = [way._replace(vote="paper") for way in with_bounds if way.masks != "none"]
    assert set(measured.taught) == {F_ALONE, *with_bounds, *without}
    bare = measured.over(Way("none", "f"), measured.segments)
    np.testing.assert_array_equal(bare.counts, measured.over(F_ALONE, measured.segments).counts)
    if heavy:
        assert measured.over(Way("none", HEAVY), ["day"]).miou() == (
            measured.over(Way("none", "teacher"), ["day"]).miou()
        )


def test_a_teachers_opinion_is_its_networks(
    camvid: Path, tiny_bundle: Bundle, teacher: Path, settings: dict[str, Any]
) -> None:
    models = ComparedNetworks(bundle=tiny_bundle.path, teacher=teacher)
    measured = measure_camvid(camvid, settings, models).measured
    for scorer, flip in (("teacher", False), ("teacher, flipped too", True)):
        network = SemanticNetwork(teacher, tiny_bundle.manifest.classes, flip=flip)
        matrix = ConfusionMatrix(4)
        for frame in CamVidStream(camvid, ["day", "dusk"]):
            matrix.add(network.scores(frame.rgb).argmax(axis=0).astype(np.uint8), frame.truth)
        found = measured.over(Way("none", scorer), measured.segments)
        np.testing.assert_array_equal(found.counts, matrix.counts)


def test_a_section_has_four_tables(
    camvid: Path, tiny_bundle: Bundle, teacher: Path, settings: dict[str, Any]
) -> None:
    models = ComparedNetworks(bundle=tiny_bundle.path, teacher=teacher)
    text = section_page(measure_camvid(camvid, settings, models))
    parts = text.split("### ")[1:]
    assert [part.splitlines()[0] for part in parts] == [
        "F's mIoU, and its gain over f in points",
        "Recall / IoU of the rare classes",
        "What the bounds of the vote buy",
        "What would be taught",
    ]
    assert "5 frames." in parts[0]
    # Of head, line and f alone; then a row for each way.
    for part, rows, columns in zip(
        parts, (3 + 12, 3 + 12, 2 + 12, 2 + 8), (8, 3, 4, 5), strict=True
    ):
        lines = [line for line in part.splitlines() if line.startswith("|")]
        assert [line.count("|") for line in lines] == [columns + 1] * rows


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({"splits": ["day", "night"]}, "has no split 'night': it has day, dusk"),
        ({"groups": {"dark": ["dusk", "night"]}}, "no segment is named 'night': there are day, "),
        ({"splits": ["dusk"]}, "no segment is named 'day': there are dusk"),
        ({"rare": ["screw", "nail"]}, "no class is named 'nail': there are belt, part, screw, "),
    ],
)
def test_settings_that_name_what_is_not_there(
    camvid: Path, settings: dict[str, Any], own: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        open_camvid(camvid, settings["camvid"] | own)


def test_of_the_inspection_drive_too(settings: dict[str, Any]) -> None:
    settings["inspection"]["rare"] = ["nail"]
    nowhere = ComparedNetworks(bundle=Path("nowhere"), teacher=Path("nowhere"))
    with pytest.raises(ValueError, match="no class is named 'nail': there are panel, rail, "):
        measure_inspection(settings, nowhere)


def test_networks_for_other_classes(
    tiny_bundle: Bundle, teacher: Path, settings: dict[str, Any]
) -> None:
    models = ComparedNetworks(bundle=tiny_bundle.path, teacher=teacher)
    with pytest.raises(ValueError, match="belt") as caught:
        measure_inspection(settings, models)
    assert "\n" not in str(caught.value)
