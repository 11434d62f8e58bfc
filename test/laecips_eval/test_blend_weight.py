"""The blend's weight: fitted on labelled frames, written into the table that it belongs to."""

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from laecips_cloud.class_scorers.class_table import ClassTable
from laecips_cloud.class_scorers.semantic_network import SemanticNetwork
from laecips_cloud.training.labelled_frames import LabelledFrame
from laecips_edge.core.bundle import Bundle
from laecips_edge.core.segmenter import Segmenter
from laecips_eval.blend_weight import fit_cloud_weight

SIZE = (96, 128)


class Labelled:
    """Pictures of blocks with labels that somebody gives; implements LabelledFrames."""

    def __init__(
        self,
        label: Callable[[np.ndarray], np.ndarray],
        *,
        classes: Sequence[str],
        count: int = 3,
    ) -> None:
        self._label, self._count = label, count
        self.classes, self.palette = tuple(classes), ((0, 0, 0),) * len(classes)

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int, /) -> LabelledFrame:
        rng = np.random.default_rng((7, index))
        blocks = rng.integers(0, 256, (6, 8, 3), np.uint8)
        image = blocks.repeat(16, axis=0).repeat(16, axis=1)
        return LabelledFrame(str(index), image, self._label(image).astype(np.uint8))


@pytest.fixture
def segmenter(tiny_bundle: Bundle) -> Segmenter:
    return Segmenter(tiny_bundle)


@pytest.fixture
def network(tiny_teacher: Path, tiny_bundle: Bundle) -> SemanticNetwork:
    return SemanticNetwork(tiny_teacher, tiny_bundle.manifest.classes)


def test_whoever_is_right_gets_the_word(segmenter: Segmenter, network: SemanticNetwork) -> None:
    classes = segmenter.manifest.classes
    as_f = Labelled(lambda rgb: segmenter.predict(rgb).label_map, classes=classes)
    as_g = Labelled(lambda rgb: network.scores(rgb).argmax(axis=0), classes=classes)
    of_f = fit_cloud_weight(segmenter, network, as_f, variants=0)
    of_g = fit_cloud_weight(segmenter, network, as_g, variants=0)
    assert 0.0 <= of_f < 0.5 < of_g <= 1.0


def test_it_is_the_same_each_time_and_variants_count(
    segmenter: Segmenter, network: SemanticNetwork
) -> None:
    frames = Labelled(lambda rgb: rgb[:, :, 0] // 64, classes=segmenter.manifest.classes, count=2)
    first, again, other = (
        fit_cloud_weight(segmenter, network, frames, variants=2, seed=seed) for seed in (0, 0, 1)
    )
    assert first == again
    assert 0.0 <= other <= 1.0


def test_a_class_that_the_network_does_not_know_costs_it_nothing(
    segmenter: Segmenter, tiny_teacher: Path, tmp_path: Path
) -> None:
    classes = segmenter.manifest.classes
    teacher = shutil.copytree(tiny_teacher, tmp_path / "large")
    table = ClassTable.read(teacher / "classes.yaml", classes)
    blind = replace(table, rows=(*table.rows[:3], ()))
    (teacher / "classes.yaml").write_text(blind.to_yaml(), encoding="utf-8")
    frames = Labelled(lambda rgb: np.full(SIZE, 3), classes=classes)
    # f has the word on it, and on what the network takes for none of ours.
    weight = fit_cloud_weight(segmenter, SemanticNetwork(teacher, classes), frames, variants=0)
    assert weight == 1.0


@pytest.mark.parametrize(
    ("classes", "label", "message"),
    [
        (("belt", "part", "screw", "dent"), 0, "the labelled frames have other classes"),
        (("belt", "part", "screw"), 0, "the labelled frames have other classes"),
        (("belt", "part", "screw", "scratch"), 255, "no labelled pixel to fit"),
    ],
)
def test_frames_that_say_nothing(
    segmenter: Segmenter,
    network: SemanticNetwork,
    classes: tuple[str, ...],
    label: int,
    message: str,
) -> None:
    frames = Labelled(lambda rgb: np.full(SIZE, label), classes=classes, count=1)
    with pytest.raises(ValueError, match=re.escape(message)):
        fit_cloud_weight(segmenter, network, frames, variants=0)
