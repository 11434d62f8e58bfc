"""Fixtures of the tests of data sets, commands and experiments."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
import yaml

if TYPE_CHECKING:
    from laecips_edge.core.bundle.bundle import Bundle

SPLITS = {"pretrain": ["a", "b", "c", "d", "e"], "day": ["f", "g", "h"], "dusk": ["i", "j"]}


@pytest.fixture
def camvid(tmp_path: Path, tiny_bundle: Bundle) -> Path:
    """A small CamVid of the tiny bundle's classes.

    Pictures are blocks whose class is in their red channel; the first row has none.
    """
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
