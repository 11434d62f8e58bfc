"""A small CamVid of the tiny bundle's classes, and what the experiments need beside it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
import yaml
from laecips_cloud.class_scorers.class_table import ClassTable
from laecips_eval.teacher_table import write_table

if TYPE_CHECKING:
    from laecips_edge.core.bundle import Bundle

SPLITS = {"pretrain": ["a", "b", "c", "d", "e"], "day": ["f", "g", "h"], "dusk": ["i", "j"]}


@pytest.fixture
def camvid(tmp_path: Path, tiny_bundle: Bundle) -> Path:
    """Pictures of blocks whose class is in their red channel; the first row has none."""
    root = tmp_path / "camvid"
    for folder in ("images", "labels"):
        (root / folder).mkdir(parents=True)
    rng = np.random.default_rng(6)
    for name in (name for names in SPLITS.values() for name in names):
        blocks = rng.integers(0, 256, (6, 8, 3), np.uint8)
        rgb = blocks.repeat(16, axis=0).repeat(16, axis=1)
        label = rgb[:, :, 0] // 64
        label[0] = 11
        cv2.imwrite(str(root / "images" / f"{name}.jpg"), rgb[:, :, ::-1])
        cv2.imwrite(str(root / "labels" / f"{name}.png"), label)
    manifest = tiny_bundle.manifest
    kinds = {
        "ignore_index": 11,
        "classes": list(manifest.classes),
        "colors": [list(colour) for colour in manifest.palette],
    }
    (root / "classes.yaml").write_text(yaml.safe_dump(kinds), encoding="utf-8")
    (root / "splits.yaml").write_text(yaml.safe_dump(SPLITS), encoding="utf-8")
    return root


@pytest.fixture
def teacher(tmp_path: Path, tiny_teacher: Path, tiny_bundle: Bundle) -> Path:
    """The tiny teacher with a weight for the blend."""
    path = shutil.copytree(tiny_teacher, tmp_path / "teacher")
    table = ClassTable.read(path / "classes.yaml", tiny_bundle.manifest.classes)
    write_table(path, replace(table, cloud_weight=0.5))
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
