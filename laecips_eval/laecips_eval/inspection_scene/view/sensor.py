"""From a view to a picture: dust, lamp, lens and sensor."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from laecips_eval.inspection_scene.drawing.exact_pixels import blend, blur, reproducible
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.view.camera import HEIGHT_PX, WIDTH_PX, CameraView
from laecips_eval.inspection_scene.view.drift import Drift

_DUST = (158, 148, 128)
_BANK = 96  # pixels by which the store of noise is larger than a picture


@dataclass(frozen=True)
class Lamp:
    """The light of the lamp on the robot.

    Attributes:
        across, down: 256ths of gain from the middle to the right and to the lower edge.
        falloff: 256ths of gain lost in the corners.
        gain: 256 is nominal.
    """

    across: int
    down: int
    falloff: int
    gain: int

    @staticmethod
    def drawn(stream: RandomStream) -> "Lamp":
        """Return a random lamp of day zero."""
        return Lamp(
            across=stream.integer(-34, 34),
            down=stream.integer(-26, 26),
            falloff=stream.integer(24, 72),
            gain=stream.integer(222, 276),
        )


def expose(view: CameraView, drift: Drift, lamp: Lamp, stream: RandomStream) -> NDArray[np.uint8]:
    """Take the picture.

    Args:
        view: what the camera sees; with its dust if `drift.dust` is above 0.
        drift: the dials that are not geometry.
        lamp: the light.
        stream: this picture's stream, for the noise.

    Returns:
        uint8 [360, 480, 3], RGB.
    """
    with reproducible():
        image = view.image
        if view.dust is not None and drift.dust > 0:
            image = _dusty(image, view.dust, round(drift.dust * 256))
        image = _lit(image, drift, lamp)
        image = _blurred(image, drift.blur)
        return _noisy(image, drift, stream)


def _dusty(image: NDArray[np.uint8], film: NDArray[np.uint8], amount: int) -> NDArray[np.uint8]:
    powder = np.empty_like(image)
    powder[:] = _DUST
    coverage = (film.astype(np.int32) * amount >> 8).astype(np.uint8)
    return blend(image, powder, coverage)


def _lit(image: NDArray[np.uint8], drift: Drift, lamp: Lamp) -> NDArray[np.uint8]:
    # The lamp's field, from sums of one row and one column.
    u = np.arange(WIDTH_PX, dtype=np.int32) * 2 - (WIDTH_PX - 1)
    v = np.arange(HEIGHT_PX, dtype=np.int32) * 2 - (HEIGHT_PX - 1)
    row = u * lamp.across // WIDTH_PX - u * u * lamp.falloff // (WIDTH_PX * WIDTH_PX)
    column = v * lamp.down // HEIGHT_PX - v * v * lamp.falloff // (HEIGHT_PX * HEIGHT_PX)
    field = (256 + row[None, :] + column[:, None]) * lamp.gain >> 8
    left = 256 - round(172 * drift.dimming)
    # Daylight to sodium: red gains a little, green loses some, blue goes.
    tint = (
        256 + round(26 * drift.warmth),
        256 - round(44 * drift.warmth),
        256 - round(142 * drift.warmth),
    )
    result = np.empty_like(image)
    for channel in range(3):
        gain = field * (left * tint[channel] >> 8) >> 8
        result[:, :, channel] = np.minimum(image[:, :, channel] * gain >> 8, 255)
    return result


def _blurred(image: NDArray[np.uint8], amount: float) -> NDArray[np.uint8]:
    # Lens and sensor soften a little even on day zero. Defocus is round, motion along the drive.
    defocus = 0.55 + 1.9 * amount
    return blur(image, defocus + 1.6 * amount, defocus)


def _noisy(image: NDArray[np.uint8], drift: Drift, stream: RandomStream) -> NDArray[np.uint8]:
    bank = _noise_bank()
    top, left = stream.integer(0, _BANK - 1), stream.integer(0, _BANK - 1)
    noise = bank[top : top + HEIGHT_PX, left : left + WIDTH_PX]
    strength = np.asarray(cv2.LUT(image, _noise_strength(round(drift.dimming * 256))), np.int16)
    return np.clip(image + (noise * strength >> 8), 0, 255).astype(np.uint8)


@lru_cache(maxsize=64)
def _noise_strength(dimming: int) -> NDArray[np.int16]:
    """Return the noise by grey level: a floor, a part that grows with light, and a gain."""
    table = [2.0 + 2.4 * (level / 255) + 3.2 * dimming / 256 for level in range(256)]
    return np.array([round(value * 6.9) for value in table], np.int16)


@lru_cache(maxsize=1)
def _noise_bank() -> NDArray[np.int16]:
    """Return near-Gaussian noise, deviation 37: the sum of four bytes; int16 [456, 576, 3]."""
    octets = RandomStream(41, 3).octets(4, HEIGHT_PX + _BANK, WIDTH_PX + _BANK, 3)
    return (octets.astype(np.int16).sum(axis=0, dtype=np.int16) - 510) // 4
