"""What a drift does to a picture: dust, light, glare, blur and noise, on pictures of any size.

The dials mean what they mean in the inspection scene, whose pictures have 360 rows; lengths in
pixels grow with the picture. Equal arguments give equal pixels on every machine.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from laecips_eval.drift.recipe import Dials
from laecips_eval.inspection_scene.drawing.exact_pixels import add, blur, reproducible
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.drawing.textures import dust_film
from laecips_eval.inspection_scene.view.camera import HEIGHT_PX, Rays
from laecips_eval.inspection_scene.view.sensor import dusty, lit, sensor_noise

Picture = NDArray[np.uint8]

_SHADOW, _GLARE, _NOISE = 176, 230, 160  # at 1: 256ths of light lost; grey levels; 256ths of 37


def expose(rgb: Picture, dials: Dials, *, scene: tuple[int, ...], frame: RandomStream) -> Picture:
    """Return a picture as it would be under a drift, but for the moved camera and the JPEG.

    Args:
        rgb: uint8 [H, W, 3].
        dials: how far each effect goes.
        scene: keys of what stays for many frames: where dust, shadow and glare are.
        frame: the frame's own stream, for the noise.

    Returns:
        uint8 [H, W, 3]; the picture itself where the dials do nothing.
    """
    height, width = rgb.shape[:2]
    with reproducible():
        if dials.dust:
            rgb = dusty(rgb, _film(scene, height, width), dials.dust)
        if dials.dimming or dials.warmth or dials.shadow:
            gain = 256 - (_shade(scene, height, width) * round(_SHADOW * dials.shadow) >> 8)
            rgb = lit(rgb, gain, dimming=dials.dimming, warmth=dials.warmth)
        if dials.glare:
            light = _spot(scene, height, width) * round(_GLARE * dials.glare) >> 8
            rgb = add(rgb, light.astype(np.int16))
        if dials.blur:
            # Below half of a pixel nothing is seen of it.
            amount = dials.blur * max(height / HEIGHT_PX, 0.5)
            rgb = blur(rgb, 3.5 * amount, 1.9 * amount)
        if dials.noise:
            noise = sensor_noise(frame, height, width).astype(np.int32)
            rgb = add(rgb, (noise * round(_NOISE * dials.noise) >> 8).astype(np.int16))
    return rgb


@lru_cache(maxsize=2)
def camera_rays(height: int, width: int, moved: float) -> Rays:
    """Return the rays of a camera that was moved, over the picture that it took before.

    Args:
        height: rows of the picture.
        width: columns of the picture.
        moved: the dial, in (0, 1]; at 1 it is 13 degrees turned, a quarter nearer and tilted.
    """
    rays = Rays.of_pose(
        height,
        width,
        degrees=13.0 * moved,
        zoom=1 + 0.26 * moved,
        tilt=5.5e-4 * moved * HEIGHT_PX / height,
    )
    return rays.centred_at((width - 1) / 2, (height - 1) / 2)


@lru_cache(maxsize=4)
def _film(scene: tuple[int, ...], height: int, width: int) -> Picture:
    return dust_film(RandomStream(*scene, 1), height, width)


@lru_cache(maxsize=4)
def _shade(scene: tuple[int, ...], height: int, width: int) -> NDArray[np.int32]:
    """Draw a shadow with a soft edge over about half of the picture: int32 [H, W], 0 to 256."""
    stream = RandomStream(*scene, 2)
    angle, edge = stream.uniform(0, 2 * math.pi), stream.uniform(-0.15, 0.15)
    x, y = _places(height, width)
    across = x * math.cos(angle) + y * math.sin(angle) - edge
    return np.floor(np.clip(across / 0.12 + 0.5, 0, 1) * 256).astype(np.int32)


@lru_cache(maxsize=4)
def _spot(scene: tuple[int, ...], height: int, width: int) -> NDArray[np.int32]:
    """Draw a reflection, bright in the middle: int32 [H, W], 0 to 256."""
    stream = RandomStream(*scene, 3)
    left, top = stream.uniform(-0.35, 0.35), stream.uniform(-0.35, 0.35)
    x, y = _places(height, width)
    far = ((x - left) * (x - left) + (y - top) * (y - top)) / 0.05
    return np.floor(256 / ((1 + far) * (1 + far))).astype(np.int32)


def _places(height: int, width: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return x and y of each pixel, from the middle, as shares of the shorter side."""
    short = min(height, width)
    x = (np.arange(width, dtype=np.float64)[None, :] - (width - 1) / 2) / short
    y = (np.arange(height, dtype=np.float64)[:, None] - (height - 1) / 2) / short
    return x, y
