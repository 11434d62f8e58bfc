"""The placer of parts: puts parts on the canvas without overlaps, with a few defects."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from laecips_eval.inspection_scene import classes
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.drawing.sprites import Point, turned
from laecips_eval.inspection_scene.panel.canvas import Canvas
from laecips_eval.inspection_scene.parts.cables import draw_cable
from laecips_eval.inspection_scene.parts.connectors import draw_connector
from laecips_eval.inspection_scene.parts.defects import draw_dent, draw_scratch
from laecips_eval.inspection_scene.parts.fasteners import draw_missing_screw, draw_screw
from laecips_eval.inspection_scene.parts.housings import draw_housing
from laecips_eval.inspection_scene.parts.labels import SMALLEST, draw_label
from laecips_eval.inspection_scene.parts.makes import Make

_BASE = 10  # relief on which a part stands
_MISSING = 0.08  # share of screws that are not there, at defect rate 1
_SPACING = 360  # a scratch and a dent every so many pixels of panel, at defect rate 1
_TRIES = 24  # to find a part a free place
_FORGIVING = (classes.PANEL, classes.HOUSING, classes.RAIL)


@dataclass(frozen=True)
class Region:
    """A rectangle of the scene, pixels."""

    left: float
    top: float
    right: float
    bottom: float


class PartPlacer:
    """Puts parts into one section of a scene.

    Each part has a random stream of its own, so its appearance does not move other parts.

    Args:
        canvas: the canvas of the scene.
        stream: the section's stream.
        region: the section.
        variants: share of housings, connectors and labels that are not of the usual make, 0..1.
        make: whose those are.
        all_new: stretches (left, right) of the scene, pixels, where all of them are of that make.
        defect_rate: 1 for the usual rarity of defects, 0 for none.
    """

    def __init__(
        self,
        canvas: Canvas,
        stream: RandomStream,
        region: Region,
        *,
        variants: float,
        make: Make,
        defect_rate: float,
        all_new: Sequence[tuple[float, float]] = (),
    ) -> None:
        self.canvas, self.stream, self.region = canvas, stream, region
        self._variants, self._make, self._defect_rate = variants, make, defect_rate
        self._all_new = all_new
        self._taken: list[Region] = []
        self._cables: list[tuple[list[Point], float]] = []
        self._parts = 0

    def claim(self, centre: Point, width: float, height: float, *, gap: float = 6) -> bool:
        """Reserve room around a centre; return False if it is not free."""
        box = Region(
            centre[0] - width / 2 - gap,
            centre[1] - height / 2 - gap,
            centre[0] + width / 2 + gap,
            centre[1] + height / 2 + gap,
        )
        if any(
            box.left < other.right
            and other.left < box.right
            and box.top < other.bottom
            and other.top < box.bottom
            for other in self._taken
        ):
            return False
        self._taken.append(box)
        return True

    def find(self, width: float, height: float, region: Region) -> Point | None:
        """Reserve a free place within a region; return None if no try finds one."""
        for _ in range(_TRIES):
            x = self.stream.uniform(
                region.left + width / 2, max(region.left + width / 2, region.right - width / 2)
            )
            y = self.stream.uniform(
                region.top + height / 2, max(region.top + height / 2, region.bottom - height / 2)
            )
            if self.claim((x, y), width, height):
                return (x, y)
        return None

    def housing(self, centre: Point, width: float, height: float, *, degrees: float = 0.0) -> None:
        """Put a housing with its screws, and in most cases a label."""
        stream = self._next()
        make = self._drawn_make(stream, centre)
        housing = draw_housing(stream.child(0), width, height, make=make, degrees=degrees)
        self.canvas.put(
            housing.sprite, centre, classes.HOUSING, base=_BASE, shadow=stream.integer(7, 12)
        )
        radius = stream.uniform(7.5, 9.0)
        for number, place in enumerate(housing.screws):
            spot = _moved(centre, turned(place, degrees))
            self._fasten(spot, radius, stream.child(1, number))
        room = housing.label_room
        if room[0] >= SMALLEST[0] and room[1] >= SMALLEST[1] and stream.chance(0.75):
            spot = _moved(centre, turned(housing.label, degrees))
            self._stick(spot, room, degrees, stream.child(2))

    def connector(self, centre: Point, *, degrees: float = 0.0) -> None:
        """Put a connector."""
        stream = self._next()
        make = self._drawn_make(stream, centre)
        sprite = draw_connector(stream.child(0), make=make, degrees=degrees)
        self.canvas.put(sprite, centre, classes.CONNECTOR, base=_BASE, shadow=stream.integer(5, 8))

    def screw(self, centre: Point, *, radius: float) -> None:
        """Put a screw, or the hole where it should be."""
        self._fasten(centre, radius, self._next())

    def label(self, centre: Point, width: float, height: float, *, degrees: float = 0.0) -> None:
        """Put a sticker or plate that fits into width x height pixels, a little askew."""
        self._stick(centre, (width, height), degrees, self._next())

    def cable(self, path: list[Point], *, width: float) -> None:
        """Add a cable; `finish` lays all cables on top of the other parts."""
        self._cables.append((path, width))

    def finish(self) -> None:
        """Scratch and dent what is there, then lay the cables."""
        length = self.region.right - self.region.left
        for kind in (classes.SCRATCH, classes.DENT):
            stream = self.stream.child(1_000_000 + kind)
            expected = length / _SPACING * self._defect_rate
            count = int(expected) + stream.chance(expected - int(expected))
            for _ in range(count):
                self._damage(kind, stream)
        for path, width in self._cables:
            stream = self._next()
            sprite, centre = draw_cable(stream, path, width=width)
            self.canvas.put(sprite, centre, classes.CABLE, shadow=stream.integer(3, 5))
        self._cables.clear()

    def _fasten(self, centre: Point, radius: float, stream: RandomStream) -> None:
        if stream.chance(_MISSING * self._defect_rate):
            self.canvas.put(
                draw_missing_screw(stream.child(0), radius=radius), centre, classes.MISSING_SCREW
            )
        else:
            self.canvas.put(
                draw_screw(stream.child(0), radius=radius), centre, classes.SCREW, shadow=3
            )

    def _stick(self, centre: Point, room: Point, degrees: float, stream: RandomStream) -> None:
        make = self._drawn_make(stream, centre)
        askew = degrees + stream.uniform(-3, 3)
        sprite = draw_label(
            stream.child(0), width=room[0], height=room[1], make=make, degrees=askew
        )
        self.canvas.put(sprite, centre, classes.LABEL, shadow=1)

    def _damage(self, kind: int, stream: RandomStream) -> None:
        scratch, dent = draw_scratch(stream.child(1)), draw_dent(stream.child(2))
        mask = scratch.mask if kind == classes.SCRATCH else dent.mask
        for _ in range(40):
            x = stream.integer(int(self.region.left) + 50, int(self.region.right) - 50)
            y = stream.integer(50, self.canvas.height - 50)
            top, left = y - mask.shape[0] // 2, x - mask.shape[1] // 2
            below = self.canvas.label[
                max(0, top) : top + mask.shape[0], max(0, left) : left + mask.shape[1]
            ]
            if not np.isin(below, _FORGIVING).all():
                continue
            if kind == classes.SCRATCH:
                self.canvas.put(scratch, (x, y), kind)
            else:
                self.canvas.press(dent, (x, y), kind)
            return

    def _drawn_make(self, stream: RandomStream, centre: Point) -> Make:
        new = any(left <= centre[0] <= right for left, right in self._all_new)
        return self._make if stream.chance(1.0 if new else self._variants) else Make.USUAL

    def _next(self) -> RandomStream:
        self._parts += 1
        return self.stream.child(self._parts)


def _moved(point: Point, by: Point) -> Point:
    return (point[0] + by[0], point[1] + by[1])
