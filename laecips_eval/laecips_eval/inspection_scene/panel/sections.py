"""The three kinds of panel that a drive passes: control cabinet, conveyor, circuit board.

A scene is HEIGHT pixels high; a camera in its usual place sees the middle 360 of them.
"""

from collections.abc import Callable

from laecips_eval.inspection_scene import classes
from laecips_eval.inspection_scene.panel.part_placer import PartPlacer, Region
from laecips_eval.inspection_scene.panel.surfaces import (
    Surface,
    draw_belt,
    draw_board,
    draw_plate,
    draw_rail,
)
from laecips_eval.inspection_scene.parts.cables import bend, wave

HEIGHT = 600
_RAIL_ELEVATION = 18


def cabinet(placer: PartPlacer) -> None:
    """Place modules on two rails, cables between them, and screws along the plate's edge."""
    stream, region = placer.stream, placer.region
    _ground(placer, draw_plate(stream.child(0, 1), _width(region), HEIGHT))
    rails = (stream.integer(158, 182), stream.integer(420, 446))
    for index, y in enumerate(rails):
        _rail(placer, y, stream.integer(30, 38), stream=2 + index)
    for x in _steps(placer, region.left + 40, region.right - 20, 105, 170):
        for row in (40, 300 + stream.integer(-14, 14), 560):
            if placer.claim((x, row), 22, 22):
                placer.screw((x, row), radius=stream.uniform(8.0, 10.0))
    for y in rails:
        _row_of_modules(placer, y)
    for _ in range(_width(region) // 170):
        spot = placer.find(62, 30, Region(region.left, 236, region.right, 372))
        if spot:
            placer.label(spot, stream.uniform(42, 64), stream.uniform(22, 32))
    _spread(
        placer,
        Region(region.left, 232, region.right, 378),
        housings=0.2,
        connectors=0.5,
        labels=0.2,
    )
    for _ in range(_width(region) // 420 + 1):
        start = stream.uniform(region.left, region.right - 200)
        height = stream.uniform(244, 366)
        end = min(region.right + 60, start + stream.uniform(260, 620))
        path = wave(
            (start, height),
            (end, height + stream.uniform(-26, 26)),
            swing=stream.uniform(4, 16),
            periods=stream.uniform(0.5, 2),
        )
        placer.cable(path, width=stream.uniform(8, 13))


def conveyor(placer: PartPlacer) -> None:
    """Place workpieces at any angle on a belt between two rails with screws."""
    stream, region = placer.stream, placer.region
    top, bottom = stream.integer(138, 164), stream.integer(436, 462)
    _ground(placer, draw_plate(stream.child(0, 1), _width(region), HEIGHT))
    belt = draw_belt(stream.child(0, 2), _width(region), bottom - top)
    placer.canvas.cover(belt, (int(region.left), top), classes.PANEL)
    for index, y in enumerate((top, bottom)):
        _rail(placer, y, stream.integer(36, 46), stream=3 + index)
        for x in _steps(placer, region.left + 20, region.right - 12, 80, 130):
            if stream.chance(0.8):
                placer.screw((x, y), radius=stream.uniform(8.5, 10.5))
    inside = Region(region.left, top + 26, region.right, bottom - 26)
    x = region.left + stream.uniform(50, 110)
    while x < region.right - 60:
        width, height = stream.uniform(104, 160), stream.uniform(84, 124)
        degrees = stream.choice((0, 0, 0, 90, 180)) + stream.uniform(-24, 24)
        spot = (x, stream.uniform(inside.top + 72, inside.bottom - 72))
        if placer.claim(spot, max(width, height) * 1.1, max(width, height) * 1.05, gap=2):
            placer.housing(spot, width, height, degrees=degrees)
        x += stream.uniform(150, 270)
    _spread(placer, inside, housings=0.0, connectors=1.3, labels=0.4, screws=1.0, turn=180)
    for edge in (
        Region(region.left, 20, region.right, top - 26),
        Region(region.left, bottom + 26, region.right, 580),
    ):
        _spread(placer, edge, housings=0.5, connectors=0.4, labels=0.7, screws=0.8)
        height = stream.uniform(edge.top + 10, edge.bottom - 10)
        path = wave(
            (region.left - 20, height),
            (region.right + 20, height),
            swing=stream.uniform(2, 9),
            periods=stream.uniform(1, 3),
        )
        placer.cable(path, width=stream.uniform(8, 14))
    for _ in range(_width(region) // 400 + 1):
        _loose_cable(placer, inside)


def board(placer: PartPlacer) -> None:
    """Place a circuit board with modules, connectors along a guide rail, and outgoing cables."""
    stream, region = placer.stream, placer.region
    _ground(placer, draw_board(stream.child(0, 1), _width(region), HEIGHT))
    rail = stream.choice((146, 454))
    _rail(placer, rail, stream.integer(28, 40), stream=2)
    placer.claim(((region.left + region.right) / 2, rail), region.right - region.left, 44, gap=2)
    for x in _steps(placer, region.left + 34, region.right - 20, 120, 190):
        for y in (64, 222 + stream.integer(-30, 30), 382 + stream.integer(-30, 30), 536):
            if placer.claim((x, y), 24, 24):
                placer.screw((x, y), radius=stream.uniform(8.0, 10.5))
    edge = rail + (46 if rail < 300 else -46)
    for x in _steps(placer, region.left + 50, region.right - 50, 96, 190):
        if placer.claim((x, edge), 76, 42, gap=1):
            placer.connector((x, edge))
            if stream.chance(0.85):
                away = 1 if rail < 300 else -1
                end = (x + stream.uniform(-150, 150), edge + away * stream.uniform(120, 330))
                placer.cable(
                    bend((x, edge + away * 12), end, slack=(0, away * 60)),
                    width=stream.uniform(7, 11),
                )
    inside = Region(region.left, 30, region.right, 570)
    for _ in range(_width(region) // 105):
        width, height = stream.uniform(64, 128), stream.uniform(56, 104)
        spot = placer.find(width, height, inside)
        if spot:
            placer.housing(spot, width, height, degrees=stream.choice((0, 0, 180, 90)))
    _spread(placer, inside, housings=0.3, connectors=1.6, labels=1.2, turn=90)
    for _ in range(_width(region) // 300):
        start = (stream.uniform(region.left, region.right), stream.uniform(130, 470))
        end = (start[0] + stream.sign() * stream.uniform(150, 320), stream.uniform(130, 470))
        slack = (stream.sign() * stream.uniform(20, 80), stream.sign() * stream.uniform(40, 120))
        placer.cable(bend(start, end, slack=slack), width=stream.uniform(7, 12))


SECTIONS: tuple[Callable[[PartPlacer], None], ...] = (cabinet, conveyor, board)


def _width(region: Region) -> int:
    return int(region.right - region.left)


def _ground(placer: PartPlacer, surface: Surface) -> None:
    placer.canvas.cover(surface, (int(placer.region.left), 0), classes.PANEL)


def _rail(placer: PartPlacer, y: int, height: int, *, stream: int) -> None:
    rail = draw_rail(placer.stream.child(0, stream), _width(placer.region), height)
    corner = (int(placer.region.left), y - height // 2)
    placer.canvas.cover(rail, corner, classes.RAIL, elevation=_RAIL_ELEVATION)


def _steps(placer: PartPlacer, start: float, stop: float, least: float, most: float) -> list[float]:
    """Return positions from start to stop at random distances."""
    steps, x = [], start
    while x < stop:
        steps.append(x)
        x += placer.stream.uniform(least, most)
    return steps


def _row_of_modules(placer: PartPlacer, y: float) -> None:
    """Place housings and connectors along a rail, some with a cable to the previous one."""
    stream, region = placer.stream, placer.region
    x, before = region.left + stream.uniform(8, 40), None
    while x < region.right - 60:
        if stream.chance(0.72):
            width, height = stream.uniform(66, 146), stream.uniform(88, 122)
            centre = (x + width / 2, y + stream.uniform(-5, 5))
            if centre[0] + width / 2 < region.right and placer.claim(centre, width, height, gap=0):
                placer.housing(centre, width, height)
                side = stream.sign()
                plug = (centre[0] + stream.uniform(-12, 12), centre[1] + side * (height / 2 + 17))
                if stream.chance(0.5) and placer.claim(plug, 70, 32, gap=0):
                    placer.connector(plug)
                    end = (
                        plug[0] + stream.uniform(-170, 170),
                        plug[1] + side * stream.uniform(50, 160),
                    )
                    placer.cable(bend(plug, end, slack=(0, side * 42)), width=stream.uniform(7, 11))
        else:
            width = stream.uniform(60, 84)
            centre = (x + width / 2, y)
            if placer.claim(centre, width, 44, gap=0):
                placer.connector(centre)
                if before and stream.chance(0.75):
                    drop = stream.sign() * stream.uniform(46, 92)
                    placer.cable(bend(before, centre, slack=(0, drop)), width=stream.uniform(7, 11))
                before = centre
        x += width + stream.choice((2.0, 8.0, 26.0, 60.0))


def _spread(
    placer: PartPlacer,
    region: Region,
    *,
    housings: float = 0.0,
    connectors: float = 0.0,
    labels: float = 0.0,
    screws: float = 0.0,
    turn: float = 0.0,
) -> None:
    """Scatter parts over a region; the numbers are parts per 200 pixels of length."""
    stream, units = placer.stream, (region.right - region.left) / 200
    for _ in range(round(housings * units)):
        width, height = stream.uniform(70, 120), stream.uniform(56, 90)
        spot = placer.find(width, height, region)
        if spot:
            placer.housing(spot, width, height)
    for _ in range(round(connectors * units)):
        degrees = stream.choice((0.0, 90.0, 180.0)) if turn == 90 else stream.uniform(-turn, turn)
        spot = placer.find(78, 74 if turn else 42, region)
        if spot:
            placer.connector(spot, degrees=degrees)
    for _ in range(round(labels * units)):
        spot = placer.find(76, 44 if turn else 38, region)
        if spot:
            placer.label(
                spot,
                stream.uniform(44, 72),
                stream.uniform(24, 38),
                degrees=stream.uniform(-turn, turn) / 6,
            )
    for _ in range(round(screws * units)):
        spot = placer.find(22, 22, region)
        if spot:
            placer.screw(spot, radius=stream.uniform(8.0, 10.0))


def _loose_cable(placer: PartPlacer, region: Region) -> None:
    """Place a short lead with a connector at one end, lying on the belt."""
    stream = placer.stream
    spot = placer.find(80, 60, region)
    if spot is None:
        return
    placer.connector(spot, degrees=stream.uniform(-30, 30))
    end = (
        spot[0] + stream.sign() * stream.uniform(120, 230),
        stream.uniform(region.top + 12, region.bottom - 12),
    )
    slack = (stream.sign() * stream.uniform(30, 80), stream.sign() * stream.uniform(20, 60))
    placer.cable(bend(spot, end, slack=slack), width=stream.uniform(7, 11))
