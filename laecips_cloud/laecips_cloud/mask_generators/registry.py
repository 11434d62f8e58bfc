"""Mask generators by name: entry points of the group `laecips.mask_generators`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from laecips_cloud.mask_generators.generator import MaskGenerator, MaskGeneratorError

GROUP: Final = "laecips.mask_generators"

_TRUTH: Final = {"true": True, "false": False}
_READERS: Final[Mapping[type, Callable[[str], Any]]] = {
    str: str,
    int: int,
    float: float,
    bool: lambda text: _TRUTH[text.lower()],
}


def mask_generator_names() -> list[str]:
    """Names that `create_mask_generator` knows here, sorted."""
    return sorted(_points())


def create_mask_generator(name: str, options: Mapping[str, str] | None = None) -> MaskGenerator:
    """Makes a generator.

    Args:
        name: one of `mask_generator_names()`.
        options: the generator's own options, as text.

    Raises:
        MaskGeneratorError: the name or an option is not known, a value cannot be read, or the
            generator lacks what it needs.

    Example:
        >>> create_mask_generator("graph", {"scale": "100"})  # doctest: +ELLIPSIS
        <laecips_cloud.mask_generators.graph.GraphMaskGenerator object at ...>
    """
    points = _points()
    if name not in points:
        raise MaskGeneratorError(
            f"mask generator {name!r} is not known: take one of {', '.join(sorted(points))}"
        )
    try:
        factory = points[name].load()
        generator: MaskGenerator = factory(**_read(name, factory, options or {}))
    except ImportError as error:
        raise MaskGeneratorError(
            f"mask generator {name}: {error}; install what is missing or take another generator"
        ) from error
    return generator


def _points() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def _read(
    name: str, factory: Callable[..., MaskGenerator], options: Mapping[str, str]
) -> dict[str, Any]:
    known = inspect.signature(factory, eval_str=True).parameters
    values = {}
    for key, text in options.items():
        if key not in known:
            raise MaskGeneratorError(
                f"mask generator {name} has no option {key!r}: it has {', '.join(known)}"
            )
        kind = known[key].annotation
        try:
            values[key] = _READERS[kind](text)
        except (ValueError, KeyError):
            raise MaskGeneratorError(
                f"mask generator {name}: option {key} is {text!r}, it must be {kind.__name__}"
            ) from None
    return values
