"""The settings of several cameras: their names, and values given to each as NAME=VALUE."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from laecips_edge.core.settings import SettingError

THE_ONLY: Final = ""
"""Name of the camera of a robot that names none: its topics have no name in them."""

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")  # a part of a topic's name


def refuse_cameras(names: Sequence[str]) -> str | None:
    """Return why these cannot be the names of a robot's cameras; None if they can."""
    for index, name in enumerate(names):
        if not _NAME.fullmatch(name) or "__" in name:
            return (
                f"{name!r} cannot be a part of a topic's name: begin with a letter, go on with "
                "letters, digits and single _"
            )
        if name in names[:index]:
            return f"{name!r} is there twice: give each camera a name of its own"
    return None


def numbers_by_camera(
    parameter: str, texts: Sequence[str], *, cameras: Sequence[str], least: float, most: float
) -> dict[str, float]:
    """Return the numbers that texts give to cameras.

    Args:
        parameter: name of the parameter, for the message.
        texts: NAME=NUMBER each.
        cameras: names of the robot's cameras.
        least: smallest allowed number.
        most: largest allowed number.

    Raises:
        SettingError: a text has another form, names no camera or one twice, or its number is out of
            range.

    Example:
        >>> numbers_by_camera("rates", ["front=2"], cameras=["front"], least=0.0, most=9.0)
        {'front': 2.0}
    """
    found: dict[str, float] = {}
    for text in texts:
        name, _, number = text.partition("=")
        try:
            value = float(number)
        except ValueError:
            raise SettingError(f"parameter {parameter}: {text!r}: give NAME=NUMBER") from None
        if name not in cameras:
            there = f"there are {', '.join(cameras)}" if cameras else "`cameras` names none"
            raise SettingError(f"parameter {parameter}: {text!r}: no camera {name!r}: {there}")
        if name in found:
            raise SettingError(f"parameter {parameter}: {text!r}: {name} is there twice")
        if not least <= value <= most:
            raise SettingError(
                f"parameter {parameter}: {text!r} is out of range: give {least:g} to {most:g}"
            )
        found[name] = value
    return found
