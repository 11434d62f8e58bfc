"""The three kinds of panel that a drive passes: control cabinet, conveyor, circuit board.

A scene is HEIGHT pixels high; a camera in its usual place sees the middle 360 of them.
"""

from collections.abc import Callable

from laecips_eval.inspection_scene import classes
from laecips_eval.inspection_scene.cables import bend, wave
from laecips_eval.inspection_scene.part_placer import Bench, Region
from laecips_eval.inspection_scene.surfaces import (
    Surface,
    draw_belt,
    draw_board,
    draw_plate,
    draw_rail,
)

HEIGHT = 600
_RAIL_ELEVATION = 18


def cabinet(bench: Bench) -> None:
    """Modules on two mounting rails, cables between them, screws along the edge of the plate."""
    dice, region = bench.dice, bench.region
    _ground(bench, draw_plate(dice.child(0, 1), _width(region), HEIGHT))
    rails = (dice.integer(158, 182), dice.integer(420, 446))
    for index, y in enumerate(rails):
        _rail(bench, y, dice.integer(30, 38), stream=2 + index)
    for x in _steps(bench, region.left + 40, region.right - 20, 105, 170):
        for row in (40, 300 + dice.integer(-14, 14), 560):
            if bench.claim((x, row), 22, 22):
                bench.screw((x, row), radius=dice.uniform(8.0, 10.0))
    for y in rails:
        _row_of_modules(bench, y)
    for _ in range(_width(region) // 170):
        spot = bench.find(62, 30, Region(region.left, 236, region.right, 372))
        if spot:
            bench.label(spot, dice.uniform(42, 64), dice.uniform(22, 32))
    _spread(
        bench, Region(region.left, 232, region.right, 378), housings=0.2, connectors=0.5, labels=0.2
    )
    for _ in range(_width(region) // 420 + 1):
        start = dice.uniform(region.left, region.right - 200)
        height = dice.uniform(244, 366)
        end = min(region.right + 60, start + dice.uniform(260, 620))
        path = wave(
            (start, height),
            (end, height + dice.uniform(-26, 26)),
            swing=dice.uniform(4, 16),
            periods=dice.uniform(0.5, 2),
        )
        bench.cable(path, width=dice.uniform(8, 13))


def conveyor(bench: Bench) -> None:
    """Workpieces at any angle on a belt between two rails with screws."""
    dice, region = bench.dice, bench.region
    top, bottom = dice.integer(138, 164), dice.integer(436, 462)
    _ground(bench, draw_plate(dice.child(0, 1), _width(region), HEIGHT))
    belt = draw_belt(dice.child(0, 2), _width(region), bottom - top)
    bench.canvas.cover(belt, (int(region.left), top), classes.PANEL)
    for index, y in enumerate((top, bottom)):
        _rail(bench, y, dice.integer(36, 46), stream=3 + index)
        for x in _steps(bench, region.left + 20, region.right - 12, 80, 130):
            if dice.chance(0.8):
                bench.screw((x, y), radius=dice.uniform(8.5, 10.5))
    inside = Region(region.left, top + 26, region.right, bottom - 26)
    x = region.left + dice.uniform(50, 110)
    while x < region.right - 60:
        width, height = dice.uniform(104, 160), dice.uniform(84, 124)
        degrees = dice.choice((0, 0, 0, 90, 180)) + dice.uniform(-24, 24)
        spot = (x, dice.uniform(inside.top + 72, inside.bottom - 72))
        if bench.claim(spot, max(width, height) * 1.1, max(width, height) * 1.05, gap=2):
            bench.housing(spot, width, height, degrees=degrees)
        x += dice.uniform(150, 270)
    _spread(bench, inside, housings=0.0, connectors=1.3, labels=0.4, screws=1.0, turn=180)
    for edge in (
        Region(region.left, 20, region.right, top - 26),
        Region(region.left, bottom + 26, region.right, 580),
    ):
        _spread(bench, edge, housings=0.5, connectors=0.4, labels=0.7, screws=0.8)
        height = dice.uniform(edge.top + 10, edge.bottom - 10)
        path = wave(
            (region.left - 20, height),
            (region.right + 20, height),
            swing=dice.uniform(2, 9),
            periods=dice.uniform(1, 3),
        )
        bench.cable(path, width=dice.uniform(8, 14))
    for _ in range(_width(region) // 400 + 1):
        _loose_cable(bench, inside)


def board(bench: Bench) -> None:
    """A circuit board with modules, connectors along a guide rail, and cables that leave it."""
    dice, region = bench.dice, bench.region
    _ground(bench, draw_board(dice.child(0, 1), _width(region), HEIGHT))
    rail = dice.choice((146, 454))
    _rail(bench, rail, dice.integer(28, 40), stream=2)
    bench.claim(((region.left + region.right) / 2, rail), region.right - region.left, 44, gap=2)
    for x in _steps(bench, region.left + 34, region.right - 20, 120, 190):
        for y in (64, 222 + dice.integer(-30, 30), 382 + dice.integer(-30, 30), 536):
            if bench.claim((x, y), 24, 24):
                bench.screw((x, y), radius=dice.uniform(8.0, 10.5))
    edge = rail + (46 if rail < 300 else -46)
    for x in _steps(bench, region.left + 50, region.right - 50, 96, 190):
        if bench.claim((x, edge), 76, 42, gap=1):
            bench.connector((x, edge))
            if dice.chance(0.85):
                away = 1 if rail < 300 else -1
                end = (x + dice.uniform(-150, 150), edge + away * dice.uniform(120, 330))
                bench.cable(
                    bend((x, edge + away * 12), end, slack=(0, away * 60)),
                    width=dice.uniform(7, 11),
                )
    inside = Region(region.left, 30, region.right, 570)
    for _ in range(_width(region) // 105):
        width, height = dice.uniform(64, 128), dice.uniform(56, 104)
        spot = bench.find(width, height, inside)
        if spot:
            bench.housing(spot, width, height, degrees=dice.choice((0, 0, 180, 90)))
    _spread(bench, inside, housings=0.3, connectors=1.6, labels=1.2, turn=90)
    for _ in range(_width(region) // 300):
        start = (dice.uniform(region.left, region.right), dice.uniform(130, 470))
        end = (start[0] + dice.sign() * dice.uniform(150, 320), dice.uniform(130, 470))
        slack = (dice.sign() * dice.uniform(20, 80), dice.sign() * dice.uniform(40, 120))
        bench.cable(bend(start, end, slack=slack), width=dice.uniform(7, 12))


SECTIONS: tuple[Callable[[Bench], None], ...] = (cabinet, conveyor, board)


def _width(region: Region) -> int:
    return int(region.right - region.left)


def _ground(bench: Bench, surface: Surface) -> None:
    bench.canvas.cover(surface, (int(bench.region.left), 0), classes.PANEL)


def _rail(bench: Bench, y: int, height: int, *, stream: int) -> None:
    rail = draw_rail(bench.dice.child(0, stream), _width(bench.region), height)
    corner = (int(bench.region.left), y - height // 2)
    bench.canvas.cover(rail, corner, classes.RAIL, elevation=_RAIL_ELEVATION)


def _steps(bench: Bench, start: float, stop: float, least: float, most: float) -> list[float]:
    """Positions from start to stop at random distances."""
    steps, x = [], start
    while x < stop:
        steps.append(x)
        x += bench.dice.uniform(least, most)
    return steps


def _row_of_modules(bench: Bench, y: float) -> None:
    """Housings and connectors side by side on a rail, some joined by a cable to the one before."""
    dice, region = bench.dice, bench.region
    x, before = region.left + dice.uniform(8, 40), None
    while x < region.right - 60:
        if dice.chance(0.72):
            width, height = dice.uniform(66, 146), dice.uniform(88, 122)
            centre = (x + width / 2, y + dice.uniform(-5, 5))
            if centre[0] + width / 2 < region.right and bench.claim(centre, width, height, gap=0):
                bench.housing(centre, width, height)
                side = dice.sign()
                plug = (centre[0] + dice.uniform(-12, 12), centre[1] + side * (height / 2 + 17))
                if dice.chance(0.5) and bench.claim(plug, 70, 32, gap=0):
                    bench.connector(plug)
                    end = (
                        plug[0] + dice.uniform(-170, 170),
                        plug[1] + side * dice.uniform(50, 160),
                    )
                    bench.cable(bend(plug, end, slack=(0, side * 42)), width=dice.uniform(7, 11))
        else:
            width = dice.uniform(60, 84)
            centre = (x + width / 2, y)
            if bench.claim(centre, width, 44, gap=0):
                bench.connector(centre)
                if before and dice.chance(0.75):
                    drop = dice.sign() * dice.uniform(46, 92)
                    bench.cable(bend(before, centre, slack=(0, drop)), width=dice.uniform(7, 11))
                before = centre
        x += width + dice.choice((2.0, 8.0, 26.0, 60.0))


def _spread(
    bench: Bench,
    region: Region,
    *,
    housings: float = 0.0,
    connectors: float = 0.0,
    labels: float = 0.0,
    screws: float = 0.0,
    turn: float = 0.0,
) -> None:
    """Scatter parts over a region; the numbers are parts a 200 pixels of length."""
    dice, units = bench.dice, (region.right - region.left) / 200
    for _ in range(round(housings * units)):
        width, height = dice.uniform(70, 120), dice.uniform(56, 90)
        spot = bench.find(width, height, region)
        if spot:
            bench.housing(spot, width, height)
    for _ in range(round(connectors * units)):
        degrees = dice.choice((0.0, 90.0, 180.0)) if turn == 90 else dice.uniform(-turn, turn)
        spot = bench.find(78, 74 if turn else 42, region)
        if spot:
            bench.connector(spot, degrees=degrees)
    for _ in range(round(labels * units)):
        spot = bench.find(76, 44 if turn else 38, region)
        if spot:
            bench.label(
                spot,
                dice.uniform(44, 72),
                dice.uniform(24, 38),
                degrees=dice.uniform(-turn, turn) / 6,
            )
    for _ in range(round(screws * units)):
        spot = bench.find(22, 22, region)
        if spot:
            bench.screw(spot, radius=dice.uniform(8.0, 10.0))


def _loose_cable(bench: Bench, region: Region) -> None:
    """A short lead with a connector at one end, lying on the belt."""
    dice = bench.dice
    spot = bench.find(80, 60, region)
    if spot is None:
        return
    bench.connector(spot, degrees=dice.uniform(-30, 30))
    end = (
        spot[0] + dice.sign() * dice.uniform(120, 230),
        dice.uniform(region.top + 12, region.bottom - 12),
    )
    slack = (dice.sign() * dice.uniform(30, 80), dice.sign() * dice.uniform(20, 60))
    bench.cable(bend(spot, end, slack=slack), width=dice.uniform(7, 11))
