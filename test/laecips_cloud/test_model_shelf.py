"""Versions of f by number."""

from dataclasses import replace
from pathlib import Path

import pytest
from laecips_cloud.model_shelf import ModelShelf
from laecips_edge.core.bundle import Bundle, BundleError, write_bundle


def _written(path: Path, bundle: Bundle, **changes) -> Path:
    return write_bundle(
        path,
        manifest=replace(bundle.manifest, **changes),
        graph_f=bundle.graph_f,
        graph_h=bundle.graph_h,
        weights_f=bundle.weights("f"),
        weights_h=bundle.weights("h"),
        agreement=[],
    ).path


def test_each_version_is_found(tiny_bundle: Bundle, next_bundle: Bundle) -> None:
    shelf = ModelShelf([next_bundle.path, tiny_bundle.path])
    assert shelf.versions == (1, 2)
    assert shelf.classes == ("belt", "part", "screw", "scratch")
    assert shelf.find(2).manifest.version == 2
    assert shelf.find(3) is None


def test_no_bundle() -> None:
    with pytest.raises(BundleError, match="none given; give the folder of at least one"):
        ModelShelf([])


def test_the_same_version_twice(tiny_bundle: Bundle, tmp_path: Path) -> None:
    path = _written(tmp_path / "again", tiny_bundle)
    with pytest.raises(BundleError, match=r"again: version 1 as .*tiny is; leave one out"):
        ModelShelf([tiny_bundle.path, path])


def test_other_classes(tiny_bundle: Bundle, tmp_path: Path) -> None:
    path = _written(
        tmp_path / "other", tiny_bundle, version=2, classes=("sky", "road", "car", "tree")
    )
    with pytest.raises(BundleError, match=r"other: made for the classes sky, road, car, tree"):
        ModelShelf([tiny_bundle.path, path])


def test_a_bundle_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="nowhere"):
        ModelShelf([tmp_path / "nowhere"])
