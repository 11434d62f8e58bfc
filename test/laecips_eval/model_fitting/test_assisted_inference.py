"""F as a training asks it."""

from pathlib import Path

import numpy as np
import pytest
from laecips_cloud.class_scorers import create_class_scorer
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.scores import label_map_of
from laecips_eval.model_fitting.assisted_inference import assisted_inference

CLASSES = ("belt", "part", "screw", "scratch")


@pytest.fixture(scope="module")
def rgb() -> np.ndarray:
    """A picture of coloured blocks, uint8 [96, 128, 3]."""
    blocks = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)
    return blocks.repeat(16, axis=0).repeat(16, axis=1)


def test_a_teacher_answers_whatever_f_says(tiny_teacher: Path, rgb: np.ndarray) -> None:
    assist = assisted_inference(tiny_teacher, CLASSES)
    zero, other = np.zeros((2, 4, 24, 32), np.float32)
    other[3] = 9
    np.testing.assert_array_equal(assist(rgb, zero), assist(rgb, other))
    scorer = create_class_scorer("onnx", {"model": str(tiny_teacher)}, classes=CLASSES)
    expected = scorer.score(rgb, edge=lambda: zero).argmax(axis=0)
    assert (assist(rgb, zero) == expected).mean() > 0.97  # another engine, another rounding


def test_without_a_teacher_f_answers_within_masks(tiny_bundle: Bundle, rgb: np.ndarray) -> None:
    logits = np.random.default_rng(1).normal(0, 3, (4, 24, 32)).astype(np.float32)
    alone = assisted_inference(None, CLASSES, mask_generator="none")(rgb, logits)
    np.testing.assert_array_equal(alone, label_map_of(logits, (96, 128)))
    within = assisted_inference(None, CLASSES)(rgb, logits)
    assert (within != alone).any()
    changes = [(np.diff(answer, axis=1) != 0).sum() for answer in (within, alone)]
    assert changes[0] < changes[1], "a mask has one class"


def test_an_unknown_mask_generator() -> None:
    with pytest.raises(ValueError, match="scissors"):
        assisted_inference(None, CLASSES, mask_generator="scissors")
