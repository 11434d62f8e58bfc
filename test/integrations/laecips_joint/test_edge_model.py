"""The edge model: which bundle it loads, and what it answers."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.settings import SettingError
from laecips_joint.edge_model import EdgeModel
from laecips_joint.picture_sample import PictureSample

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    "named",
    [lambda path: "", str, lambda path: str(path / "manifest.json")],
    ids=["parameter", "folder", "manifest"],
)
def test_label_map_logits_and_h(
    frames: Any, tiny_bundle: Bundle, named: Callable[[Path], str]
) -> None:
    model = EdgeModel(bundle=str(tiny_bundle.path))
    model.load(model_url=named(tiny_bundle.path))
    sample = PictureSample.of_file(frames.pictures[0])
    answer = model.predict(sample)
    assert sample.answer is answer
    segmenter = Segmenter(tiny_bundle)
    expected = segmenter.predict(sample.frame.picture.rgb())
    assert np.array_equal(answer.label_map, expected.label_map)
    assert np.array_equal(answer.logits, expected.logits)
    assert answer.h == segmenter.trust(expected.logits)
    assert answer.manifest.version == tiny_bundle.manifest.version


def test_what_is_blanked_goes_to_no_cloud(frames: Any, tiny_bundle: Bundle) -> None:
    left = "0,0 0.5,0 0.5,1 0,1"
    model = EdgeModel(bundle=str(tiny_bundle.path), **{"privacy.polygons": [left]})
    sample = PictureSample.of_file(frames.pictures[0])
    answer = model.predict(sample)
    half = answer.label_map.shape[1] // 2
    assert (answer.label_map[:, :half] == 255).all()
    assert (answer.label_map[:, half + 2 :] < 4).all()
    assert not sample.frame.picture.rgb()[:, :half].any()
    assert sample.frame.picture.jpeg() is None


def test_sedna_gets_one_file() -> None:
    url = EdgeModel(bundle="bundles/one").model_url
    assert url == str(Path("bundles/one/manifest.json").resolve())


def test_it_needs_a_bundle() -> None:
    with pytest.raises(SettingError, match="parameter bundle is empty"):
        EdgeModel().load()


def test_no_depth(monkeypatch: pytest.MonkeyPatch) -> None:
    depth = SimpleNamespace(path="b", manifest=SimpleNamespace(modality="rgbd"))
    monkeypatch.setattr(Bundle, "load", lambda path: depth)
    with pytest.raises(ValueError, match="b: its f takes depth images, and a sample is a picture"):
        EdgeModel(bundle="b").load()
