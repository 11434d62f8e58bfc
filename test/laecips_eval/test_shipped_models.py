"""Where the shipped networks are found."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from laecips_cloud.class_scorers import create_class_scorer
from laecips_edge.core.bundle.bundle import Bundle
from laecips_eval.inspection_scene.classes import CLASSES
from laecips_eval.shipped_models import shipped_bundle, shipped_teacher


def test_the_shipped_bundle_knows_the_inspection_scene() -> None:
    assert tuple(Bundle.load(shipped_bundle()).manifest.classes) == tuple(CLASSES)


@pytest.mark.parametrize("name", ["onnx", "blend"])
def test_the_shipped_teacher_has_an_opinion_on_the_inspection_scene(name: str) -> None:
    scorer = create_class_scorer(name, {"model": str(shipped_teacher())}, classes=CLASSES)
    f = np.full((len(CLASSES), 90, 120), 1 / len(CLASSES), np.float32)
    scores = scorer.score(np.full((90, 120, 3), 128, np.uint8), lambda: f)
    assert scores.shape == f.shape
    np.testing.assert_allclose(scores.sum(axis=0), 1, atol=1e-4)


@pytest.mark.parametrize("shipped", [shipped_bundle, shipped_teacher])
def test_where_none_is_installed_it_is_told(
    shipped: Callable[[], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="laecips_bringup, which is not installed"):
        shipped()
