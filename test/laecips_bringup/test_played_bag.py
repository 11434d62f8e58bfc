"""The bag that a replay plays."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from laecips_bringup.played_bag import open_played_bag
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image.codecs import encode_jpeg
from laecips_eval.bags import BagWriter, Legend, open_bag


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    with BagWriter(tmp_path / "bag", legend=Legend(), rate_hz=10) as writer:
        for shade in (60, 120):
            writer.add(encode_jpeg(np.full((64, 80, 3), shade, np.uint8), 90), None)
    return tmp_path / "bag"


def test_truth_from_a_folder_moves_with_the_drift(
    bag: Path, tiny_bundle: Bundle, tmp_path: Path
) -> None:
    assert list(open_played_bag(bag, tiny_bundle).frames()) == list(open_bag(bag).frames())
    labels, recipe = tmp_path / "labels", tmp_path / "drift.yaml"
    labels.mkdir()
    cv2.imwrite(str(labels / "1.png"), np.full((64, 80), 2, np.uint8))
    recipe.write_text("segments: [{name: moved, camera: 1}]", encoding="utf-8")
    played = open_played_bag(bag, tiny_bundle, truth_dir=labels, perturb=recipe)
    ((stamp, label),) = played.truth().items()
    assert stamp == list(open_bag(bag).frames())[1].stamp_ns
    assert set(np.unique(label)) == {2, 255}
    assert [it.name for it in played.segments] == ["moved"]
    assert played.classes == tiny_bundle.manifest.classes


def test_truth_of_other_classes(bag: Path, tiny_bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    cv2.imwrite(str(tmp_path / "labels" / "1.png"), np.zeros((64, 80), np.uint8))
    (tmp_path / "classes.yaml").write_text("classes: [sky, road]", encoding="utf-8")
    with pytest.raises(ValueError, match="has truth for the classes sky, road; bundle"):
        open_played_bag(bag, tiny_bundle, truth_dir=tmp_path)
