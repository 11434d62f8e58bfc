"""What each disturbance of a patrol does to single frames; one dial in [0, 1] each.

A large network in the cloud helps against blur and a moved camera, which it has learnt from, and
not where a part is gone in glare or dense dust. So a robot that asks whenever f is unsure asks in
vain. The strengths were chosen on seeds 0 to 2 (`laecips experiment miners`).
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.drawing.textures import clouds
from laecips_eval.inspection_scene.view.bursts import TILTED
from laecips_eval.inspection_scene.view.camera import HEIGHT_PX, WIDTH_PX
from laecips_eval.inspection_scene.view.sensor import NO_TROUBLE, Trouble

_REFLECTION: Final = 330  # grey levels in the middle of a glare
_PUFF: Final = 330  # of 255, how much a puff hides in its middle
_SHADE: Final = 90  # 256ths of light that a shadow takes
_CORNER: Final = 100  # 256ths of light that are missing in a dark corner
# Blur by dial: of a shaken camera, a long exposure where the light fails, a panel that leaves the
# depth of field; and of a lens that light shines into.
_BLURRED: Final = 2.2
_MOST_BLUR: Final = 1.2
_VEILED: Final = 0.3

_Field = NDArray[np.int32]


def glare(stream: RandomStream, dial: float, moved: float) -> Trouble:
    """Reflect the lamp from one part, which the robot passes."""
    left, top = stream.uniform(0.1, 0.9) * WIDTH_PX, stream.uniform(0.2, 0.8) * HEIGHT_PX
    wide = stream.uniform(130, 210)
    light = _spot(left - moved, top, wide, wide * stream.uniform(0.6, 1.0))
    reflection = (light * round(_REFLECTION * dial) >> 8).astype(np.int16)
    return Trouble(reflection=reflection, blur=_VEILED * dial)


def shadow(stream: RandomStream, dial: float, moved: float) -> Trouble:
    """Let somebody walk between lamp and panel."""
    angle, width = stream.uniform(-0.5, 0.5), stream.uniform(110, 190)
    start, pace = stream.uniform(0.0, 0.4) * WIDTH_PX, stream.uniform(0.2, 0.8)
    x, y = _places()
    across = (x - start - pace * moved) * math.cos(angle) + y * math.sin(angle)
    # Past the picture it begins again.
    period = 1.3 * WIDTH_PX
    across = across - np.floor(across / period + 0.5) * period
    edge = np.clip((width - np.abs(across)) / 40, 0, 1)
    left = 256 - np.floor(edge * round(_SHADE * dial)).astype(np.int32)
    return Trouble(left=left, blur=min(_MOST_BLUR, _BLURRED * dial))


def dust_puff(stream: RandomStream, dial: float, moved: float) -> Trouble:
    """Blow dust through the picture."""
    left, top = stream.uniform(0.2, 0.8) * WIDTH_PX, stream.uniform(0.3, 0.7) * HEIGHT_PX
    pace, wide = stream.uniform(-0.6, 0.3), stream.uniform(340, 520)
    film = _spot(left + pace * moved % WIDTH_PX, top, wide, wide * 0.8) * 235 >> 8
    torn = _cloud(*stream.child(0).keys).astype(np.int32) * film >> 8
    amount = np.clip((film + torn) * round(_PUFF * dial), 0, 255 << 8) >> 8
    puff = np.minimum(amount, 235).astype(np.uint8)
    return Trouble(puff=puff, blur=_VEILED * dial)


def motion_blur(stream: RandomStream, dial: float, moved: float) -> Trouble:
    """Shake the camera."""
    return Trouble(blur=min(_MOST_BLUR, _BLURRED * dial))


def dark_corner(stream: RandomStream, dial: float, moved: float) -> Trouble:
    """Let one corner of the picture lie beyond the lamp's reach."""
    left, top = stream.choice((0, WIDTH_PX)), stream.choice((0, HEIGHT_PX))
    wide = stream.uniform(420, 640)
    light = 256 - (_spot(left, top, wide, wide * 0.8) * round(_CORNER * dial) >> 8)
    return Trouble(left=light, blur=min(_MOST_BLUR, _BLURRED * dial))


def tilted_panel(stream: RandomStream, dial: float, moved: float) -> Trouble:
    """Let the panel leave the depth of field on one side; the camera's pose is the drive's."""
    return Trouble(blur=min(_MOST_BLUR, _BLURRED * dial))


EFFECTS: Final[dict[str, Callable[[RandomStream, float, float], Trouble]]] = {
    "glare": glare,
    "shadow": shadow,
    "dust_puff": dust_puff,
    "motion_blur": motion_blur,
    "dark_corner": dark_corner,
    TILTED: tilted_panel,
}
"""By name: (the burst's random numbers, dial, pixels since its first frame) -> its effect."""


def trouble_of(kind: str, stream: RandomStream, *, dial: float, moved: float) -> Trouble:
    """Return what a disturbance does to a picture; nothing where it is in the scene itself.

    Args:
        kind: name of the disturbance.
        stream: the burst's random numbers, unused so far.
        dial: in [0, 1].
        moved: pixels that the robot has moved since the burst's first frame.
    """
    effect = EFFECTS.get(kind)
    return NO_TROUBLE if effect is None else effect(stream, dial, moved)


def _spot(left: float, top: float, wide: float, tall: float) -> _Field:
    """Draw a soft spot, 256 in the middle: int32 [H, W]."""
    x, y = _places()
    across, down = (x - left) / wide, (y - top) / tall
    far = across * across + down * down
    return np.floor(256 / ((1 + far) * (1 + far))).astype(np.int32)


@lru_cache(maxsize=4)
def _cloud(*keys: int) -> NDArray[np.int16]:
    return clouds(RandomStream(*keys), HEIGHT_PX, WIDTH_PX, 90, cell=64)


def _places() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return (
        np.arange(WIDTH_PX, dtype=np.float64)[None, :],
        np.arange(HEIGHT_PX, dtype=np.float64)[:, None],
    )
