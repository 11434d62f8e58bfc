import numpy as np
import pytest
from laecips_edge.core.image.codecs import decode_rgb, encode_jpeg, encode_png
from laecips_edge.core.inference.scores import softmax
from laecips_edge.core.link.upload import picture_to_send, scores_to_send
from laecips_edge.core.link.wire import decode_scores

GREY = np.full((16, 24, 3), 90, np.uint8)


def test_the_cameras_own_jpeg_goes_up_untouched() -> None:
    original = encode_jpeg(GREY, 33)
    assert picture_to_send(GREY, original=original, quality=90) is original


@pytest.mark.parametrize("original", [None, encode_png(GREY)], ids=["pixels", "png"])
def test_anything_else_becomes_a_jpeg(original: bytes | None) -> None:
    sent = picture_to_send(GREY, original=original, quality=40)
    assert sent == encode_jpeg(GREY, 40)
    assert decode_rgb(sent).shape == GREY.shape


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_scores_are_calibrated(temperature: float) -> None:
    logits = np.random.default_rng(0).normal(0, 2, (3, 4, 5)).astype(np.float32)
    sent = decode_scores(scores_to_send(logits, temperature=temperature), 3)
    # A step of the wire is 1/255; decoding divides by their sum.
    np.testing.assert_allclose(sent, softmax(logits, temperature=temperature), atol=0.006)
