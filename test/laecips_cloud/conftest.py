"""Fixtures of the cloud's tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from laecips_edge.core.bundle import Bundle, write_bundle
from laecips_edge.core.images import encode_jpeg


@pytest.fixture(scope="session")
def next_bundle(tiny_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """Version 2 of the tiny bundle: the same classes, but its last layer has mixed them up."""
    weights = tiny_bundle.weights("f")
    weights["logits.conv.weight"] = weights["logits.conv.weight"][::-1]
    return write_bundle(
        tmp_path_factory.mktemp("bundles") / "next",
        manifest=replace(tiny_bundle.manifest, version=2, parent=1),
        graph_f=tiny_bundle.graph_f,
        graph_h=tiny_bundle.graph_h,
        weights_f=weights,
        weights_h=tiny_bundle.weights("h"),
        agreement=[],
    )


@pytest.fixture(scope="session")
def rgb() -> np.ndarray:
    """A picture of coloured blocks, not of the bundle's own size: uint8 [90,140,3]."""
    blocks = np.random.default_rng(3).integers(0, 256, (6, 7, 3), np.uint8)
    return blocks.repeat(15, axis=0).repeat(20, axis=1)


@pytest.fixture(scope="session")
def jpeg(rgb: np.ndarray) -> bytes:
    """The picture as a robot sends it."""
    return encode_jpeg(rgb, 90)


@pytest.fixture
def buffer_path(tmp_path: Path) -> Path:
    """Where a replay buffer may be made."""
    return tmp_path / "replay.sqlite"
