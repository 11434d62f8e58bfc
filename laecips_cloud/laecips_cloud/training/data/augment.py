"""Augmentation of a labelled frame: changes of light, and one geometric warp.

The changes of light cover what a robot meets after its training: dusk, lamps of another colour,
shadows, dust, motion blur, sensor noise, strong JPEG compression. An edge network trained without
them would be too weak a baseline.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from laecips_cloud.training.data.labelled_frames import UNLABELLED

Image = NDArray[np.uint8]
LabelMap = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class Geometry:
    """The ranges of the random warp.

    Attributes:
        size: (height, width) of the result, in pixels.
        zoom: range of the magnification, drawn log-uniformly; 1 keeps the scale.
        rotation: largest angle to either side, in degrees.
        flip: whether left and right are swapped in half of the cases.
    """

    size: tuple[int, int]
    zoom: tuple[float, float] = (1.0, 1.0)
    rotation: float = 5.0
    flip: bool = True


def reframe(
    image: Image, label: LabelMap, geometry: Geometry, random: Generator
) -> tuple[Image, LabelMap]:
    """Flip, zoom, rotate and crop a frame in one warp.

    Args:
        image: uint8 [H, W, 3].
        label: uint8 [H, W].
        geometry: the ranges to draw from.
        random: random number generator.

    Returns:
        (image uint8 [h, w, 3], label uint8 [h, w]) at `geometry.size`. Pixels outside the picture
        are mirrored and have no class (255).
    """
    (height, width), (out_height, out_width) = image.shape[:2], geometry.size
    zoom = float(np.exp(random.uniform(*np.log(geometry.zoom))))
    angle = random.uniform(-geometry.rotation, geometry.rotation)
    mirror = -1.0 if geometry.flip and random.random() < 0.5 else 1.0
    # If the crop is larger than the zoomed picture, the picture is shifted inside the crop.
    slack_x, slack_y = abs(zoom * width - out_width) / 2, abs(zoom * height - out_height) / 2
    shift_x, shift_y = random.uniform(-slack_x, slack_x), random.uniform(-slack_y, slack_y)
    cos, sin = zoom * np.cos(np.deg2rad(angle)), zoom * np.sin(np.deg2rad(angle))
    linear = np.array([[cos * mirror, -sin], [sin * mirror, cos]])
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    target = np.array([(out_width - 1) / 2 + shift_x, (out_height - 1) / 2 + shift_y])
    matrix = np.column_stack([linear, target - linear @ centre])
    size = (out_width, out_height)
    # Blur before shrinking, or thin lines would vanish by aliasing.
    source = cv2.blur(image, (2, 2)) if zoom < 0.6 else image
    warped = cv2.warpAffine(
        source, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
    )
    moved = cv2.warpAffine(
        label,
        matrix,
        size,
        flags=cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(UNLABELLED,),
    )
    return np.asarray(warped, np.uint8), np.asarray(moved, np.uint8)


def relight(image: Image, random: Generator, *, strength: float = 1.0) -> Image:
    """Change a picture as another light, lens, sensor and codec would.

    Args:
        image: uint8 [H, W, 3], RGB.
        random: random number generator.
        strength: share of each range that is drawn from, in (0, 1].

    Returns:
        uint8 [H, W, 3], a new array.
    """
    lit = cv2.LUT(image, _tone_curve(random, strength))
    if random.random() < 0.5:
        grey = cv2.cvtColor(cv2.cvtColor(lit, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        amount = 1.0 + strength * random.uniform(-1.0, 0.6)
        lit = cv2.addWeighted(lit, amount, grey, 1.0 - amount, 0.0)
    if random.random() < 0.35:
        lit = _shade(lit, random, strength)
    if random.random() < 0.35:
        lit = _blur(lit, random, strength)
    if random.random() < 0.5:
        lit = _noise(lit, random, strength)
    if random.random() < 0.2:
        quality = int(random.integers(round(90 - 65 * strength), 90))
        _, data = cv2.imencode(".jpg", lit, [cv2.IMWRITE_JPEG_QUALITY, quality])
        lit = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return np.asarray(lit, np.uint8)


def _tone_curve(random: Generator, strength: float) -> Image:
    """Draw exposure, gamma, contrast and colour of light; return the table, uint8 [256, 1, 3]."""
    dark = random.random() < 0.4
    exposure = random.uniform(np.log(0.12), 0.0) if dark else random.uniform(-0.5, 0.4)
    gamma = random.uniform(-0.4, 0.4)
    contrast = 1.0 + strength * random.uniform(-0.4, 0.4)
    warmth, tint = random.normal(0.0, 0.18), random.normal(0.0, 0.07)
    lamp = np.exp(strength * (exposure + np.array([warmth, tint, -warmth])))
    levels = np.linspace(0.0, 1.0, 256)[:, None] ** np.exp(strength * gamma)
    curve = ((levels - 0.5) * contrast + 0.5) * lamp
    return np.clip(curve * 255.0 + 0.5, 0, 255).astype(np.uint8)[:, None, :]


def _shade(image: Image, random: Generator, strength: float) -> Image:
    """Multiply the picture by a smooth random field of shadows and bright spots."""
    field = np.exp(strength * random.normal(0.0, 0.45, (3, 4))).astype(np.float32)
    light = cv2.resize(field, image.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return np.clip(image * np.clip(light, 0.1, 3.0)[..., None], 0, 255).astype(np.uint8)


def _blur(image: Image, random: Generator, strength: float) -> Image:
    """Blur the picture by defocus or by motion."""
    if random.random() < 0.5:
        return np.asarray(
            cv2.GaussianBlur(image, (0, 0), 0.4 + strength * random.uniform(0.0, 1.6)), np.uint8
        )
    length = int(random.integers(2, 3 + round(2 * strength))) * 2 + 1
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1.0 / length
    angle = random.uniform(0.0, 180.0)
    turn = cv2.getRotationMatrix2D((length // 2, length // 2), angle, 1.0)
    kernel = cv2.warpAffine(kernel, turn, (length, length))
    return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()), np.uint8)


def _noise(image: Image, random: Generator, strength: float) -> Image:
    """Add Gaussian sensor noise of one strength to the whole picture."""
    noise = random.standard_normal(image.shape, np.float32) * strength * random.uniform(1.0, 14.0)
    return np.clip(image + noise, 0, 255).astype(np.uint8)
