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
from laecips_cloud.training.data.labelled_frames import LabelledFrame
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_eval.model_fitting.blend_weight import BlendFit, fit_cloud_weight

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


TRUTH = np.random.default_rng(0).integers(0, 3, (40, 50)).astype(np.uint8)


def opinion(right: float, seed: int) -> np.ndarray:
    """Scores that give 0.9 to the true class of a share `right` of the pixels, else to another."""
    random = np.random.default_rng(seed)
    wrong = (TRUTH + random.integers(1, 3, TRUTH.shape)) % 3
    said = np.where(random.random(TRUTH.shape) < right, TRUTH, wrong)
    return np.where(said == np.arange(3)[:, None, None], 0.9, 0.05).astype(np.float32)


@pytest.mark.parametrize(
    ("f", "g", "weight"),
    [
        pytest.param(opinion(0.9, 1), opinion(0.2, 2), pytest.approx(0, abs=0.1), id="f is better"),
        pytest.param(opinion(0.2, 1), opinion(0.9, 2), pytest.approx(1, abs=0.1), id="g is better"),
        pytest.param(opinion(0.8, 1), opinion(0.8, 2), pytest.approx(0.5, abs=0.1), id="equals"),
    ],
)
def test_the_better_opinion_counts(f: np.ndarray, g: np.ndarray, weight: object) -> None:
    fit = BlendFit()
    fit.add(f, g, TRUTH)
    assert fit.cloud_weight() == weight


def test_a_class_that_g_does_not_know_is_not_held_against_it() -> None:
    """g is right wherever it can be: of class 2 f alone has a say."""
    f, g = opinion(0.8, 1), opinion(1.0, 2)
    g[2] = 0
    g /= g.sum(axis=0)
    naive, fair = BlendFit(), BlendFit(unknown=(2,))
    for fit in (naive, fair):
        fit.add(f, g.astype(np.float32), TRUTH)
    assert fair.cloud_weight() == 1.0 > naive.cloud_weight()


def test_pixels_without_a_class_do_not_count() -> None:
    f, g = opinion(0.9, 1), opinion(0.2, 2)
    truth = TRUTH.copy()
    truth[:, 5:] = 255
    f[:, :, 5:], g[:, :, 5:] = 1 - f[:, :, 5:], 1 - g[:, :, 5:]
    fit = BlendFit(pixels=10_000)
    fit.add(f, g, truth)
    fit.add(f, g, np.full_like(truth, 255))
    cut = BlendFit(pixels=10_000)
    cut.add(f[:, :, :5], g[:, :, :5], TRUTH[:, :5])
    assert fit.cloud_weight() == cut.cloud_weight()


def test_the_draw_is_the_seeds() -> None:
    f, g = opinion(0.7, 1), opinion(0.75, 2)

    def weight(seed: int) -> float:
        fit = BlendFit(pixels=50, seed=seed)
        fit.add(f, g, TRUTH)
        return fit.cloud_weight()

    assert weight(1) == weight(1)
    assert len({weight(seed) for seed in range(8)}) > 1


def test_an_opinion_of_nothing_but_zeros_is_finite() -> None:
    fit = BlendFit()
    fit.add(np.zeros((3, 40, 50), np.float32), np.zeros((3, 40, 50), np.float32), TRUTH)
    assert 0 <= fit.cloud_weight() <= 1


def test_nothing_to_fit_on() -> None:
    with pytest.raises(ValueError, match="no labelled pixel"):
        BlendFit().cloud_weight()
