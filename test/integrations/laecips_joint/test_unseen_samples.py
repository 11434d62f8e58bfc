"""The hook of lifelong learning: samples divided by h."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_joint.picture_sample import PictureSample
from laecips_joint.unseen_samples import UnseenSamples

if TYPE_CHECKING:
    from laecips_edge.core.bundle.bundle import Bundle


@pytest.mark.parametrize("rows", [False, True], ids=["paths", "rows"])
def test_divided_by_h(frames: Any, tiny_bundle: Bundle, rows: bool) -> None:
    x = np.array([[path, "more"] if rows else path for path in frames.pictures])
    y = np.arange(len(x))
    segmenter = Segmenter(tiny_bundle)
    pictures = [PictureSample.of_file(path).frame.picture.rgb() for path in frames.pictures]
    trust = np.array([segmenter.trust(segmenter.logits(rgb)) for rgb in pictures])
    assert 0 < (trust > 0.5).sum() < len(trust)

    source = SimpleNamespace(data_type="eval", x=x, y=y)
    recognise = UnseenSamples({"seen_task": "x"}, estimator=None, bundle=str(tiny_bundle.path))
    seen, unseen = recognise(source, task_index="more")
    assert seen.y.tolist() == np.flatnonzero(trust > 0.5).tolist()
    assert unseen.y.tolist() == np.flatnonzero(trust <= 0.5).tolist()
    assert seen.x.tolist() == x[trust > 0.5].tolist()
    assert (seen.data_type, unseen.data_type) == ("eval", "eval")
    assert source.x is x  # as it was


def test_no_truth_and_a_threshold(frames: Any, tiny_bundle: Bundle) -> None:
    source = SimpleNamespace(x=frames.pictures, y=[])
    seen, unseen = UnseenSamples(delta=0.0, bundle=str(tiny_bundle.path))(source)
    assert (len(seen.x), len(unseen.x)) == (len(frames.pictures), 0)
    assert unseen.y == []
