"""Rare defects of a surface: scratches and dents. `fasteners` draws missing screws."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.drawing.sprites import Pen, Point, Sprite, turned


@dataclass(frozen=True)
class Dent:
    """A dent as the depth of its bowl.

    Attributes:
        depth: int16 [h, w], eighths of a relief level, 0 outside.
        mask: bool [h, w], where the dent can be seen.
    """

    depth: NDArray[np.int16]
    mask: NDArray[np.bool_]


def draw_scratch(stream: RandomStream) -> Sprite:
    """Draw a gouge of two or three strands, 40 to 100 pixels long: bright core, dark lip."""
    length, degrees = stream.uniform(38, 104), stream.uniform(0, 180)
    bow = stream.uniform(-0.16, 0.16) * length
    joints = 7
    spine: list[Point] = []
    for joint in range(joints):
        t = joint / (joints - 1) - 0.5
        jitter = stream.uniform(-1.0, 1.0)
        spine.append(turned((t * length, bow * (1 - 4 * t * t) + jitter), degrees))
    xs, ys = [abs(p[0]) for p in spine], [abs(p[1]) for p in spine]
    pen = Pen(2 * max(xs) + 18, 2 * max(ys) + 18)
    bright = stream.choice(((214, 214, 210), (190, 186, 176), (168, 160, 148)))
    strands = stream.integer(2, 3)
    for strand in range(strands):
        across = turned((0.0, (strand - (strands - 1) / 2) * 3.0), degrees)
        first = stream.integer(0, 1)
        part = [
            (x + across[0], y + across[1]) for x, y in spine[first : joints - stream.integer(0, 1)]
        ]
        pen.line([(x + 1.0, y + 1.2) for x, y in part], 2.0, (34, 32, 31), -8, body=True)
        pen.line(part, 1.8, bright, -14, body=True)
    pen.label_stroke(spine, 3.0 * strands + 2.4)
    return pen.sprite()


def draw_dent(stream: RandomStream) -> Dent:
    """Draw a shallow elliptic bowl, 13 to 25 pixels in radius."""
    long, short = stream.uniform(16, 25), stream.uniform(13, 18)
    angle = math.radians(stream.uniform(0, 180))
    cosine, sine = math.cos(angle), math.sin(angle)
    half = math.ceil(long) + 4
    # Only sums and products: equal on every machine.
    x = np.arange(-half, half + 1, dtype=np.float64)[None, :]
    y = np.arange(-half, half + 1, dtype=np.float64)[:, None]
    u, v = (x * cosine + y * sine) / long, (y * cosine - x * sine) / short
    inside = np.maximum(0.0, 1.0 - (u * u + v * v))
    depth = stream.uniform(64, 104) * 8
    return Dent((inside * inside * depth).astype(np.int16), inside > 0.05)
