from dataclasses import replace

import numpy as np
import pytest
from laecips_edge.core.bundle.bundle import AgreementFrame, Bundle, BundleError, write_bundle
from laecips_edge.core.inference.engines import EngineError, installed_engines
from laecips_edge.core.inference.scores import confidence_map_of, label_map_of
from laecips_edge.core.inference.segmenter import Segmenter


@pytest.fixture(scope="module")
def segmenter(tiny_bundle):
    return Segmenter(tiny_bundle)


def picture(height: int, width: int, seed: int = 0) -> np.ndarray:
    small = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    rows, columns = np.arange(height) * 6 // height, np.arange(width) * 8 // width
    return small[rows][:, columns]


def rewritten(bundle: Bundle, path, **changes) -> Bundle:
    """The same bundle but for some of its parts, every hash right."""
    parts = {
        "manifest": bundle.manifest,
        "graph_f": bundle.graph_f,
        "graph_h": bundle.graph_h,
        "weights_f": bundle.weights("f"),
        "weights_h": bundle.weights("h"),
        "agreement": bundle.agreement(),
    }
    return write_bundle(path / "bundle", **(parts | changes))


@pytest.mark.parametrize("size", [(96, 128), (360, 480), (90, 150), (33, 47), (1, 1)])
def test_the_answer_has_the_pictures_own_size(segmenter, size):
    prediction = segmenter.predict(picture(*size))
    assert prediction.logits.shape == (4, 24, 32)
    assert prediction.logits.dtype == np.float32
    for answer in (prediction.label_map, prediction.confidence_map):
        assert answer.shape == size
        assert answer.dtype == np.uint8
    assert prediction.label_map.max() < 4


@pytest.mark.parametrize("size", [(360, 480), (33, 47)])
def test_the_answer_may_have_the_size_of_fs_input(tiny_bundle, segmenter, size):
    prediction = Segmenter(tiny_bundle, output_size="network").predict(picture(*size))
    whole = segmenter.predict(picture(*size))
    np.testing.assert_array_equal(prediction.logits, whole.logits)
    np.testing.assert_array_equal(prediction.label_map, label_map_of(whole.logits, (96, 128)))
    assert prediction.confidence_map.shape == (96, 128)


def test_sizes_may_change_from_frame_to_frame(segmenter):
    first = segmenter.predict(picture(96, 128))
    segmenter.predict(picture(360, 480))
    again = segmenter.predict(picture(96, 128))
    np.testing.assert_array_equal(first.label_map, again.label_map)


def test_both_maps_are_those_of_the_logits(tiny_bundle, tmp_path):
    manifest = replace(tiny_bundle.manifest, temperature=2.0)
    warm = Segmenter(rewritten(tiny_bundle, tmp_path, manifest=manifest))
    answer = warm.predict(picture(96, 128))
    np.testing.assert_array_equal(answer.label_map, label_map_of(answer.logits, (96, 128)))
    np.testing.assert_array_equal(
        answer.confidence_map, confidence_map_of(answer.logits, (96, 128), temperature=2.0)
    )


def test_trust_differs_from_frame_to_frame(segmenter):
    trusts = [segmenter.trust(segmenter.logits(picture(96, 128, seed))) for seed in range(6)]
    assert all(0.01 <= trust <= 1 for trust in trusts)
    assert max(trusts) - min(trusts) > 0.05


def test_threads_do_not_change_the_answer(tiny_bundle, segmenter):
    two = Segmenter(tiny_bundle, threads=2)
    rgb = picture(96, 128)
    np.testing.assert_allclose(two.logits(rgb), segmenter.logits(rgb), atol=1e-4)


@pytest.mark.parametrize("rgb", [np.zeros((0, 0, 3), np.uint8), np.zeros((9, 9, 3), np.float32)])
def test_what_is_no_picture(segmenter, rgb):
    with pytest.raises(ValueError, match="picture: must be uint8"):
        segmenter.predict(rgb)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"engine": "abacus"}, "'abacus' is not known"),
        ({"providers": ["WarpExecutionProvider"]}, "no provider WarpExecutionProvider"),
        ({"threads": 0}, "threads must be at least 1"),
    ],
)
def test_wrong_engines(tiny_bundle, options, message):
    with pytest.raises(EngineError, match=message):
        Segmenter(tiny_bundle, **options)


def test_self_test_of_a_good_bundle(segmenter):
    segmenter.self_test()


@pytest.mark.parametrize(
    ("network", "layer", "message"),
    [
        ("f", "logits.conv.weight", "f's answer is not finite"),
        ("h", "fc.weight", "h is nan, not in"),
    ],
)
@pytest.mark.parametrize("frames", [0, 1])
def test_self_test_finds_nan_weights(tiny_bundle, tmp_path, network, layer, message, frames):
    weights = tiny_bundle.weights(network)
    weights[layer].flat[0] = np.nan
    agreement = tiny_bundle.agreement()[:frames]
    broken = rewritten(
        tiny_bundle, tmp_path, agreement=agreement, **{f"weights_{network}": weights}
    )
    with pytest.raises(BundleError, match=f"bundle tiny version 1: {message}"):
        Segmenter(broken).self_test()


def another_answer(frame: AgreementFrame) -> AgreementFrame:
    return replace(frame, label_map=3 - frame.label_map)


def another_trust(frame: AgreementFrame) -> AgreementFrame:
    return replace(frame, trust=1 - frame.trust)


def another_size(frame: AgreementFrame) -> AgreementFrame:
    return replace(frame, label_map=frame.label_map[:-1])


@pytest.mark.parametrize("change", [another_answer, another_trust, another_size])
def test_self_test_finds_disagreement(tiny_bundle, tmp_path, change):
    agreement = [change(max(tiny_bundle.agreement(), key=lambda f: abs(f.trust - 0.5)))]
    with pytest.raises(BundleError, match="on agreement frame 0"):
        Segmenter(rewritten(tiny_bundle, tmp_path, agreement=agreement)).self_test()


def test_the_answer_of_an_appealnet_has_its_q(tiny_appealnet, segmenter):
    appealnet = Segmenter(tiny_appealnet)
    answers = [appealnet.predict(picture(96, 128, seed)) for seed in range(4)]
    assert all(0.01 <= answer.q <= 1 for answer in answers)
    assert len({answer.q for answer in answers}) == 4
    np.testing.assert_array_equal(answers[0].logits, appealnet.logits(picture(96, 128)))
    assert segmenter.predict(picture(96, 128)).q is None


@pytest.mark.parametrize("engine", installed_engines())
def test_engines_agree_on_q(tiny_appealnet, engine):
    segmenter = Segmenter(tiny_appealnet, engine=engine)
    segmenter.self_test()
    for frame in tiny_appealnet.agreement():
        assert segmenter.predict(frame.rgb).q == pytest.approx(frame.q, abs=0.05)


@pytest.mark.parametrize("wrong", [0.0, None])
def test_self_test_finds_another_q(tiny_appealnet, tmp_path, wrong):
    agreement = [replace(frame, q=wrong) for frame in tiny_appealnet.agreement()]
    other = rewritten(tiny_appealnet, tmp_path, agreement=agreement)
    with pytest.raises(BundleError, match=r"on agreement frame 0 q is 0\.\d+ instead of"):
        Segmenter(other).self_test()


@pytest.mark.parametrize("frames", [0, 1])
def test_self_test_finds_a_head_with_nan(tiny_appealnet, tmp_path, frames):
    weights = tiny_appealnet.weights("f")
    weights["predictor.fc.weight"].flat[0] = np.nan
    agreement = tiny_appealnet.agreement()[:frames]
    broken = rewritten(tiny_appealnet, tmp_path, agreement=agreement, weights_f=weights)
    with pytest.raises(BundleError, match="q is nan, not in"):
        Segmenter(broken).self_test()


def test_self_test_finds_a_graph_of_another_size(tiny_bundle, tmp_path):
    manifest = replace(tiny_bundle.manifest, input_size=(64, 64))
    other = rewritten(tiny_bundle, tmp_path, manifest=manifest)
    with pytest.raises(BundleError, match=r"inputs must be .*96, 128.* export it again"):
        Segmenter(other).self_test()


def test_self_test_finds_a_manifest_of_another_stride(tiny_bundle, tmp_path):
    manifest = replace(tiny_bundle.manifest, stride=8)
    with pytest.raises(
        BundleError, match=r"f gives \[4, 24, 32\], the manifest says \[4, 12, 16\]"
    ):
        Segmenter(rewritten(tiny_bundle, tmp_path, manifest=manifest)).self_test()
