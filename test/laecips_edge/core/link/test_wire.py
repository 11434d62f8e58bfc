import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from laecips_edge.core.image.codecs import encode_png
from laecips_edge.core.link import wire
from laecips_edge.core.link.wire_error import WireError

SHAPES = st_numpy.array_shapes(min_dims=2, max_dims=2, max_side=9)
LABELS = np.array([[0, 1, 2], [3, 255, 0]], np.uint8)


@given(label_map=st_numpy.arrays(np.uint8, SHAPES, elements=st.sampled_from([0, 1, 2, 3, 255])))
def test_label_map_and_back(label_map: np.ndarray) -> None:
    data = wire.encode_label_map(label_map)
    assert np.array_equal(wire.decode_label_map(data, label_map.shape, 4), label_map)


@given(confidence=st_numpy.arrays(np.uint8, SHAPES))
def test_confidence_map_and_back(confidence: np.ndarray) -> None:
    data = wire.encode_confidence_map(confidence)
    decoded = wire.decode_confidence_map(data, confidence.shape)
    assert np.array_equal(decoded >= 0.6 * 255, confidence >= 0.6 * 255)


def test_maps_and_scores_of_older_files_are_read() -> None:
    png = encode_png(LABELS)
    assert np.array_equal(wire.decode_label_map(png, LABELS.shape, 4), LABELS)
    assert np.array_equal(wire.decode_confidence_map(png, LABELS.shape), LABELS)
    assert wire.decode_scores(encode_png(np.full((4, 5), 7, np.uint8)), 2).shape == (2, 2, 5)


def test_a_pixel_of_very_many_classes_keeps_its_best() -> None:
    scores = np.full((80, 1, 2), 1 / 81, np.float32)
    scores[70] = 2 / 81
    assert (wire.decode_scores(wire.encode_scores(scores), 80).argmax(axis=0) == 70).all()


@given(depth=st_numpy.arrays(np.uint16, SHAPES))
def test_depth_and_back(depth: np.ndarray) -> None:
    assert np.array_equal(wire.decode_depth(wire.encode_depth(depth)), depth)


@given(
    logits=st_numpy.arrays(
        np.float32, (3, 2, 4), elements=st.floats(-8, 8, width=32, allow_nan=False)
    )
)
def test_scores_and_back(logits: np.ndarray) -> None:
    scores = np.exp(logits) / np.exp(logits).sum(axis=0)
    decoded = wire.decode_scores(wire.encode_scores(scores), 3)
    assert decoded.dtype == np.float32
    assert np.allclose(decoded.sum(axis=0), 1, atol=1e-6)
    # Half a step of rounding, and as much again where three rounded scores do not sum to 31.
    assert np.abs(decoded - scores).max() <= 1.5 / 31


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "label map: no data"),
        (b"garbage", "label map: of no known coding"),
        (wire.encode_label_map(LABELS)[:-6], "label map: broken"),
        (encode_png(LABELS)[:-6], "label map: truncated"),
        (wire.encode_label_map(LABELS.T.copy()), "label map: is 3 x 2, must be 2 x 3"),
        (wire.encode_label_map(LABELS + 1), "label map: label 4 of 4 classes"),
        (encode_png(LABELS.astype(np.uint16)), "label map: has pixels uint16"),
    ],
)
def test_garbage_label_maps(data: bytes, reason: str) -> None:
    with pytest.raises(WireError, match=reason):
        wire.decode_label_map(data, LABELS.shape, 4)


def test_garbage_confidence_maps_are_named() -> None:
    with pytest.raises(WireError, match="confidence map: is 2 x 3, must be 9 x 9"):
        wire.decode_confidence_map(wire.encode_confidence_map(LABELS), (9, 9))


@pytest.mark.parametrize(
    ("steps", "classes", "reason"),
    [
        (np.full((5, 4), 9, np.uint8), 3, "scores: 5 rows are not a multiple of 3 classes"),
        (np.zeros((6, 4), np.uint8), 3, "scores: a pixel has none"),
    ],
)
def test_garbage_scores(steps: np.ndarray, classes: int, reason: str) -> None:
    with pytest.raises(WireError, match=reason):
        wire.decode_scores(encode_png(steps), classes)
