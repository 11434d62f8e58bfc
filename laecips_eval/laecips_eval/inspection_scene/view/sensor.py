"""From a view to a picture: dust, lamp, lens and sensor."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from laecips_eval.inspection_scene.drawing.exact_pixels import add, blend, blur, reproducible
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


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What stands between lamp, panel and lens for a moment; arrays [360, 480].

    Attributes:
        puff: how much dust is in the air, uint8, 255 hides the panel; None for none.
        left: 256ths of the lamp's light that is left, int32; None for all of it.
        reflection: grey levels of a reflection, int16; None for none.
        blur: what comes on top of the drift's dial of that name, at least 0.
    """

    puff: NDArray[np.uint8] | None = None
    left: NDArray[np.int32] | None = None
    reflection: NDArray[np.int16] | None = None
    blur: float = 0.0


NO_TROUBLE = Trouble()


def expose(
    view: CameraView,
    drift: Drift,
    lamp: Lamp,
    stream: RandomStream,
    trouble: Trouble = NO_TROUBLE,
) -> NDArray[np.uint8]:
    """Take the picture.

    Args:
        view: what the camera sees; with its dust if `drift.dust` is above 0.
        drift: the dials that are not geometry.
        lamp: the light.
        stream: this picture's stream, for the noise.
        trouble: what disturbs this picture.

    Returns:
        uint8 [360, 480, 3], RGB.
    """
    with reproducible():
        image = view.image
        if view.dust is not None and drift.dust > 0:
            image = dusty(image, view.dust, drift.dust)
        if trouble.puff is not None:
            image = dusty(image, trouble.puff, 1.0)
        field = _field(lamp)
        if trouble.left is not None:
            field = field * trouble.left >> 8
        image = lit(image, field, dimming=drift.dimming, warmth=drift.warmth)
        if trouble.reflection is not None:
            image = add(image, trouble.reflection)
        image = _blurred(image, drift.blur + trouble.blur)
        return _noisy(image, drift, stream)


def dusty(image: NDArray[np.uint8], film: NDArray[np.uint8], amount: float) -> NDArray[np.uint8]:
    """Return the picture behind dust.

    Args:
        image: uint8 [H, W, 3], RGB.
        film: how much dust lies where, uint8 [H, W].
        amount: the dial, in [0, 1].
    """
    powder = np.empty_like(image)
    powder[:] = _DUST
    coverage = (film.astype(np.int32) * round(amount * 256) >> 8).astype(np.uint8)
    return blend(image, powder, coverage)


def _field(lamp: Lamp) -> NDArray[np.int32]:
    # The lamp's field, from sums of one row and one column.
    u = np.arange(WIDTH_PX, dtype=np.int32) * 2 - (WIDTH_PX - 1)
    v = np.arange(HEIGHT_PX, dtype=np.int32) * 2 - (HEIGHT_PX - 1)
    row = u * lamp.across // WIDTH_PX - u * u * lamp.falloff // (WIDTH_PX * WIDTH_PX)
    column = v * lamp.down // HEIGHT_PX - v * v * lamp.falloff // (HEIGHT_PX * HEIGHT_PX)
    return np.asarray((256 + row[None, :] + column[:, None]) * lamp.gain >> 8, np.int32)


def lit(
    image: NDArray[np.uint8], field: NDArray[np.int32], *, dimming: float, warmth: float
) -> NDArray[np.uint8]:
    """Return the picture in a light.

    Args:
        image: uint8 [H, W, 3], RGB.
        field: gain of each pixel in 256ths, int32 [H, W].
        dimming: the dial, in [0, 1]; at 1 a third of the light is left.
        warmth: the dial, in [0, 1], from daylight to a sodium lamp.
    """
    left = 256 - round(172 * dimming)
    # Daylight to sodium: red gains a little, green loses some, blue goes.
    tint = (256 + round(26 * warmth), 256 - round(44 * warmth), 256 - round(142 * warmth))
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
    noise = sensor_noise(stream, HEIGHT_PX, WIDTH_PX)
    strength = np.asarray(cv2.LUT(image, _noise_strength(round(drift.dimming * 256))), np.int16)
    return np.clip(image + (noise * strength >> 8), 0, 255).astype(np.uint8)


def sensor_noise(stream: RandomStream, height: int, width: int) -> NDArray[np.int16]:
    """Draw near-Gaussian noise of a picture, deviation 37, int16 [H, W, 3]."""
    bank = _noise_bank()
    top, left = stream.integer(0, _BANK - 1), stream.integer(0, _BANK - 1)
    if height > HEIGHT_PX or width > WIDTH_PX:  # than the pictures of the scene
        down, across = height // HEIGHT_PX + 1, width // WIDTH_PX + 1
        bank = np.tile(bank, (down, across, 1))
    return bank[top : top + height, left : left + width]


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
