"""A long panel, drawn once: the views of a camera are cut from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from laecips_eval.inspection_scene.drawing.exact_pixels import reproducible
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.drawing.textures import dust_film
from laecips_eval.inspection_scene.panel.canvas import Canvas, Light
from laecips_eval.inspection_scene.panel.part_placer import PartPlacer, Region
from laecips_eval.inspection_scene.panel.sections import HEIGHT, SECTIONS
from laecips_eval.inspection_scene.parts.makes import Make

_LIGHTS = ((-11, -11), (-14, -7), (-6, -15), (11, -11), (0, -16), (14, -7))


@dataclass(frozen=True)
class Strip:
    """A panel of `width` x HEIGHT pixels.

    Attributes:
        image: uint8 [HEIGHT, width, 3], RGB, before camera, dust and lamp.
        label: uint8 [HEIGHT, width], class index.
        keys: names the stream of random numbers that it was made from.
    """

    image: NDArray[np.uint8]
    label: NDArray[np.uint8]
    keys: tuple[int, ...]

    @property
    def width(self) -> int:
        """Length of the panel, pixels."""
        return int(self.label.shape[1])

    @cached_property
    def dust(self) -> NDArray[np.uint8]:
        """How much dust lies where with the dial at 1: uint8 [HEIGHT, width]; made on demand."""
        with reproducible():
            return dust_film(RandomStream(*self.keys, 9), HEIGHT, self.width)


def draw_strip(
    *keys: int,
    width: int,
    variants: float = 0.0,
    make: Make = Make.NEW,
    defect_rate: float = 1.0,
    all_new: Sequence[tuple[float, float]] = (),
) -> Strip:
    """Draw a panel.

    Args:
        keys: name the panel; equal keys and arguments draw equal panels on every machine.
        width: length in pixels, at least 700.
        variants: share of housings, connectors and labels that are not of the usual make, 0..1;
            parts have the same places for every share.
        make: whose those are.
        defect_rate: 1 for the usual rarity of defects, 0 for none.
        all_new: stretches (left, right) of the panel, pixels, where all of them are of that make.
    """
    if width < 700:
        raise ValueError(f"a panel of {width} pixels is too short: ask for 700 or more")
    stream = RandomStream(*keys, 0)
    x, y = stream.choice(_LIGHTS)
    with reproducible():
        canvas = Canvas(width, HEIGHT, Light(x, y, stream.integer(90, 150)))
        left, number, kind = 0, 0, stream.integer(0, len(SECTIONS) - 1)
        while left < width:
            length = stream.integer(520, 900)
            if width - left - length < 420:
                length = width - left
            placer = PartPlacer(
                canvas,
                stream.child(number),
                Region(left, 0, left + length, HEIGHT),
                variants=variants,
                make=make,
                defect_rate=defect_rate,
                all_new=all_new,
            )
            SECTIONS[kind](placer)
            placer.finish()
            left, number = left + length, number + 1
            kind = (kind + stream.integer(1, len(SECTIONS) - 1)) % len(SECTIONS)
        return Strip(canvas.lit(), canvas.label, keys)
