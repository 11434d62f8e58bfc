"""Surface textures as signed offsets, int16 [h, w], to be added to a colour.

`amplitude` is about the largest offset in grey levels.
"""

import math
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from laecips_eval.inspection_scene.drawing.exact_pixels import blur
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream

Offsets = NDArray[np.int16]


def grain(stream: RandomStream, height: int, width: int, amplitude: int) -> Offsets:
    """Draw fine grain, a pixel or two: moulded plastic, primer."""
    return _stretched(blur(stream.octets(height, width), 0.7), amplitude)


def clouds(
    stream: RandomStream, height: int, width: int, amplitude: int, *, cell: int = 48
) -> Offsets:
    """Draw soft blotches of about `cell` pixels, a multiple of 4: wear, oil, uneven paint."""
    # Drawn at a quarter of the size: nothing in it is finer than that.
    points = stream.octets(height // cell + 3, width // cell + 3)
    quarter = blur(_enlarged(points, cell // 4), cell / 24)
    soft = _enlarged(quarter, 4)[cell : cell + height, cell : cell + width]
    return _stretched(soft, amplitude)


def brushed(stream: RandomStream, height: int, width: int, amplitude: int) -> Offsets:
    """Draw long horizontal strokes of a brush on bare metal."""
    strokes = blur(stream.octets(height, width), 16, 0.4)
    fine = blur(stream.octets(height, width), 3, 0.0)
    return _stretched(strokes, amplitude) + _stretched(fine, max(1, amplitude // 3))


def rubber(stream: RandomStream, height: int, width: int, amplitude: int) -> Offsets:
    """Draw a conveyor belt: diagonal weave pressed into rubber, under some grain."""
    rows = np.arange(height, dtype=np.int32)[:, None]
    columns = np.arange(width, dtype=np.int32)[None, :]
    weave = np.abs((rows + columns) % 12 - 6) + np.abs((rows - columns) % 12 - 6) - 6
    pressed = (weave * amplitude // 9).astype(np.int16)
    return pressed + grain(stream, height, width, amplitude)


def carbon(stream: RandomStream, height: int, width: int, amplitude: int) -> Offsets:
    """Draw a twill weave of carbon fibre."""
    rows = np.arange(height, dtype=np.int32)[:, None]
    columns = np.arange(width, dtype=np.int32)[None, :]
    over = ((rows // 4 + columns // 4) % 4 < 2).astype(np.int16)
    return (over * 2 - 1) * np.int16(amplitude) + grain(
        stream, height, width, max(1, amplitude // 3)
    )


def hammered(stream: RandomStream, height: int, width: int, amplitude: int) -> Offsets:
    """Draw a hammer finish: dimples of about five pixels, run together."""
    return _stretched(blur(stream.octets(height, width), 2.2), amplitude)


def speckled(stream: RandomStream, height: int, width: int, amplitude: int) -> Offsets:
    """Draw sparse light and dark specks on an even ground: terrazzo, recycled plastic."""
    chance = stream.octets(2, height, width)
    specks = (chance[0] >= 244).astype(np.int16) - (chance[1] >= 244).astype(np.int16)
    spread = blur(np.asarray(128 + 127 * specks, np.uint8), 0.8)
    return _stretched(spread, amplitude)


def smooth(stream: RandomStream, height: int, width: int, amplitude: int) -> Offsets:
    """Draw almost no texture: gloss paint, glass."""
    return grain(stream, height, width, max(1, amplitude // 3))


def dust_film(stream: RandomStream, height: int, width: int) -> NDArray[np.uint8]:
    """Draw how much dust lies where: an uneven film and some grit, uint8 [h, w], 0 to 235."""
    film = clouds(stream.child(1), height, width, 62, cell=64).astype(np.int32) + 84
    fine = clouds(stream.child(2), height, width, 26, cell=12)
    chance = stream.octets(2, height, width)
    specks = ((chance[0] >= 252) & (chance[1] >= 192)).astype(np.uint8) * np.uint8(255)
    grit = blur(specks, 1.0).astype(np.int32) * 4
    return np.clip(film + fine + grit, 0, 235).astype(np.uint8)


TEXTURES: dict[str, Callable[[RandomStream, int, int, int], Offsets]] = {
    "grain": grain,
    "brushed": brushed,
    "rubber": rubber,
    "carbon": carbon,
    "hammered": hammered,
    "speckled": speckled,
    "smooth": smooth,
}


def _stretched(noise: NDArray[np.uint8], amplitude: int) -> Offsets:
    """Centre the noise on its mean and scale 2.5 deviations to the amplitude."""
    centred = noise.astype(np.int32) - int(noise.sum(dtype=np.int64)) // noise.size
    mean_square = int((centred * centred).sum(dtype=np.int64)) // noise.size
    deviation_16 = max(1, math.isqrt(mean_square * 256))
    scaled = (centred * (amplitude * 32) // (deviation_16 * 5)) if amplitude else centred * 0
    return np.clip(scaled, -2 * amplitude, 2 * amplitude).astype(np.int16)


def _enlarged(plane: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    size = (plane.shape[1] * factor, plane.shape[0] * factor)
    large = cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR_EXACT)
    return np.asarray(large, dtype=np.uint8)
