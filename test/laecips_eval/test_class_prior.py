"""The logit adjustment of a network, from labelled frames."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from laecips_cloud.class_scorers.semantic_network import SemanticNetwork
from laecips_cloud.training.labelled_frames import LabelledFrame
from laecips_edge.core.bundle import Bundle
from laecips_eval.class_prior import fit_prior
from laecips_eval.teacher_table import write_table


class Frames(list[LabelledFrame]):
    """Implements LabelledFrames."""

    def __init__(self, classes: tuple[str, ...]) -> None:
        random = np.random.default_rng(1)
        blocks = random.integers(0, 256, (3, 6, 8, 3), np.uint8).repeat(16, 1).repeat(16, 2)
        # Rare classes are where a channel is extreme.
        super().__init__(
            LabelledFrame(str(i), rgb, (rgb[:, :, 0] // 86 + (rgb[:, :, 1] > 250)).astype(np.uint8))
            for i, rgb in enumerate(blocks)
        )
        self.classes, self.palette = classes, ((0, 0, 0),) * len(classes)


def test_an_adjustment_that_is_there_does_not_count(
    tiny_teacher: Path, tiny_bundle: Bundle, tmp_path: Path
) -> None:
    classes = tiny_bundle.manifest.classes
    teacher = tmp_path / "teacher"
    shutil.copytree(tiny_teacher, teacher)
    plain = SemanticNetwork(teacher, classes)
    once = fit_prior(plain, Frames(classes), variants=1)
    write_table(teacher, replace(plain.table, logit_adjustment=(3.0, -2.0, 0.5, -1.5)))
    again = fit_prior(SemanticNetwork(teacher, classes), Frames(classes), variants=1)
    assert again.logit_adjustment() == once.logit_adjustment()
    assert again.miou() == pytest.approx(once.miou(), abs=2e-3)


def test_frames_of_other_classes(tiny_teacher: Path, tiny_bundle: Bundle) -> None:
    network = SemanticNetwork(tiny_teacher, tiny_bundle.manifest.classes)
    with pytest.raises(ValueError, match="other classes than the network's table"):
        fit_prior(network, Frames(("a", "b", "c", "d")))
