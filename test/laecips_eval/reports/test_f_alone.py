"""f of a replay, run again."""

from pathlib import Path

import numpy as np
import pytest
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_eval.reports.f_alone import FAlone, MissingVersionError
from made_bundles import variant


def test_the_version_that_ran_answers(tmp_path: Path, tiny_bundle: Bundle) -> None:
    rgb = np.random.default_rng(3).integers(0, 255, (96, 128, 3), np.uint8)
    weights = tiny_bundle.weights("f")
    turned = weights | {"logits.conv.weight": weights["logits.conv.weight"][::-1].copy()}
    second = variant(tiny_bundle, tmp_path / "000002", 2, weights_f=turned)
    alone = FAlone(tiny_bundle, tmp_path, EdgeSettings())
    for version, bundle in ((None, tiny_bundle), (2, second), (1, tiny_bundle)):
        expected = Segmenter(bundle).predict(rgb)
        found = alone.predict(rgb, version)
        np.testing.assert_array_equal(found.label_map, expected.label_map)
        np.testing.assert_array_equal(found.confidence_map, expected.confidence_map)


def test_a_version_that_is_gone_is_named(tmp_path: Path, tiny_bundle: Bundle) -> None:
    alone = FAlone(tiny_bundle, tmp_path, EdgeSettings())
    with pytest.raises(MissingVersionError, match=r"000003 is missing: .* without version 3"):
        alone.predict(np.zeros((96, 128, 3), np.uint8), 3)
