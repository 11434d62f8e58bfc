"""What the experiments need beside data sets."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from laecips_cloud.class_scorers.class_table import ClassTable

if TYPE_CHECKING:
    from laecips_edge.core.bundle.bundle import Bundle


@pytest.fixture
def teacher(tmp_path: Path, tiny_teacher: Path, tiny_bundle: Bundle) -> Path:
    """The tiny teacher with a weight for the blend."""
    path = shutil.copytree(tiny_teacher, tmp_path / "teacher")
    table = ClassTable.read(path / "classes.yaml", tiny_bundle.manifest.classes)
    replace(table, cloud_weight=0.5).write(path / "classes.yaml")
    return path


@pytest.fixture
def settings() -> dict[str, Any]:
    """Settings as config/experiments has them, for as few frames as there can be."""
    return {
        "inspection": {
            "seed": 0,
            "every": 360,
            "groups": {"seen": ["evening", "dust_and_blur"], "unseen": ["new_parts"]},
            "rare": ["scratch", "dent"],
        },
        "camvid": {
            "splits": ["day", "dusk"],
            "every": 1,
            "groups": {"light": ["day"]},
            "rare": ["screw"],
            "train": {},
        },
        "coarse": {"sigma": 0.8, "scale": 300.0, "min_size": 100},
        "min_confidence": 0.6,
    }
