"""Copies are found, other pictures are not taken for them."""

import cv2
import numpy as np
import pytest
from laecips_eval.datasets.checking.likeness import ALIKE, alike, digest_of, thumbnail


def scene(seed: int) -> np.ndarray:
    """Soft blotches, uint8 [90, 120, 3]."""
    small = np.random.default_rng(seed).integers(0, 256, (5, 7, 3), np.uint8)
    return np.asarray(cv2.resize(small, (120, 90), interpolation=cv2.INTER_CUBIC), np.uint8)


def darker(rgb: np.ndarray) -> np.ndarray:
    return (rgb * 0.6 + 5).astype(np.uint8)


def smaller(rgb: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.resize(rgb, (60, 45), interpolation=cv2.INTER_AREA), np.uint8)


def poorer(rgb: np.ndarray) -> np.ndarray:
    data = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, 40])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


@pytest.mark.parametrize("change", [darker, smaller, poorer])
def test_a_copy_looks_like_its_picture(change: object) -> None:
    for seed in range(5):
        rgb = scene(seed)
        assert thumbnail(rgb) @ thumbnail(change(rgb)) > ALIKE


def test_each_is_matched_with_what_it_looks_most_like() -> None:
    pictures = {f"p{seed}": scene(seed) for seed in range(700)}
    pictures |= {"copy": darker(scene(650)), "other": scene(2000), "flat": scene(0) * 0}
    thumbnails = {name: thumbnail(rgb) for name, rgb in pictures.items()}
    first = [f"p{seed}" for seed in range(700)]
    assert alike(thumbnails, first, ["other", "copy", "flat"]) == [("copy", "p650")]
    assert alike(thumbnails, ["copy", "flat"], first) == [("p650", "copy")]
    assert alike(thumbnails, [], first) == alike(thumbnails, first, []) == []


def test_a_flat_picture_looks_like_nothing() -> None:
    flat = thumbnail(np.full((9, 9, 3), 7, np.uint8))
    assert not flat.any()
    assert flat.dtype == np.float32


def test_a_digest_is_of_the_bytes() -> None:
    assert digest_of(b"a") == digest_of(b"a") != digest_of(b"b")
