import numpy as np
import pytest
from laecips_edge.core.bundle.bundle import BundleError
from laecips_edge.core.inference.load_pair import load_pair, try_on
from laecips_edge.core.inference.segmenter import Prediction, Segmenter
from made_bundles import nudged, one_class, variant, with_nan

GREY = np.full((96, 128, 3), 128, np.uint8)


def test_a_good_pair(tiny_bundle, tmp_path):
    weights = nudged(tiny_bundle.weights("f"), seed=1)
    bundle = variant(tiny_bundle, tmp_path / "2", 2, weights_f=weights)
    pair = load_pair(bundle.path, assemble=Segmenter)
    assert pair.manifest.version == 2
    try_on(pair, GREY, None)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"weights_f": with_nan}, r"weights: f\..* is not finite everywhere; train it again"),
        ({"weights_h": with_nan}, r"weights: h\..* is not finite everywhere; train it again"),
        (
            {"weights_f": lambda w: w | {"extra": np.zeros(2, np.float32)}},
            "cannot assemble the network",
        ),
    ],
)
def test_weights_are_looked_at(tiny_bundle, tmp_path, changes, reason):
    made = {key: make(tiny_bundle.weights(key[-1])) for key, make in changes.items()}
    bundle = variant(tiny_bundle, tmp_path / "2", 2, **made, answers=False)
    with pytest.raises(ValueError, match=reason):
        load_pair(bundle.path, assemble=Segmenter)


def test_the_self_test_is_held(tiny_bundle, tmp_path):
    weights = one_class(tiny_bundle)
    bundle = variant(tiny_bundle, tmp_path / "2", 2, weights_f=weights, answers=False)
    with pytest.raises(BundleError, match="on agreement frame 0"):
        load_pair(bundle.path, assemble=Segmenter)


class Overflows:
    """A pair whose answer is finite on the agreement frames and not on this one."""

    def __init__(self, logit, q):
        self.logits, self.q = np.full((1, 1, 1), logit, np.float32), q

    def predict(self, rgb, depth):
        blank = np.zeros((1, 1), np.uint8)
        return Prediction(logits=self.logits, label_map=blank, confidence_map=blank, q=self.q)

    def trust(self, logits):
        return 0.5


@pytest.mark.parametrize(("logit", "q"), [(np.inf, None), (0.0, np.nan)], ids=["logits", "q"])
def test_the_newest_frame_is_tried(logit, q):
    with pytest.raises(BundleError, match="its answer to the newest frame is not finite"):
        try_on(Overflows(logit, q), GREY, None)
