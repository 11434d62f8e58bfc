"""Versions of f by number."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from laecips_cloud.hard_frames.loaded_models import LoadedModels
from laecips_cloud.library.model_library import version_folder
from laecips_edge.core.bundle.bundle import MANIFEST, Bundle, BundleError, write_bundle


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
    models = LoadedModels([next_bundle.path, tiny_bundle.path])
    assert models.versions == (1, 2)
    assert models.classes == ("belt", "part", "screw", "scratch")
    assert models.find(2).manifest.version == 2
    assert models.find(3) is None


def test_no_bundle() -> None:
    with pytest.raises(BundleError, match="none given; give the folder of at least one"):
        LoadedModels([])


def test_the_same_version_twice(tiny_bundle: Bundle, tmp_path: Path) -> None:
    path = _written(tmp_path / "again", tiny_bundle)
    with pytest.raises(BundleError, match=r"again: has version 1, as .*tiny has; leave one out"):
        LoadedModels([tiny_bundle.path, path])


def test_other_classes(tiny_bundle: Bundle, tmp_path: Path) -> None:
    path = _written(
        tmp_path / "other", tiny_bundle, version=2, classes=("sky", "road", "car", "tree")
    )
    with pytest.raises(BundleError, match=r"other: made for the classes sky, road, car, tree"):
        LoadedModels([tiny_bundle.path, path])


def test_a_bundle_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="nowhere"):
        LoadedModels([tmp_path / "nowhere"])


@pytest.fixture
def library(tmp_path: Path, next_bundle: Bundle) -> Path:
    """A trainer's library with versions 2 to 8; 8 is of other classes."""
    for version in range(2, 9):
        folder = version_folder(tmp_path, version)
        shutil.copytree(next_bundle.path, folder)
        changes: dict[str, Any] = {"classes": ("a", "b", "c", "d")} if version == 8 else {}
        manifest = replace(next_bundle.manifest, version=version, **changes)
        (folder / MANIFEST).write_text(manifest.to_json())
    return tmp_path


def test_versions_of_a_trainer_are_loaded_when_they_are_asked_for(
    tiny_bundle: Bundle, library: Path
) -> None:
    models = LoadedModels([tiny_bundle.path], library=library)
    assert models.versions == (1,)
    found = models.find(2)
    assert found is not None
    assert found.manifest.version == 2
    assert models.find(2) is found
    assert models.find(9) is None
    for version in (3, 7, 4, 5):
        models.find(version)
    assert models.versions == (1, 3, 4, 5, 7)  # at most four of the trainer's, the newest
    assert models.find(2) is not None  # a robot that was away still runs it
    assert models.versions == (1, 2, 4, 5, 7)
    with pytest.raises(BundleError, match="made for the classes a, b, c, d"):
        models.find(8)
