"""Mask generators by name: entry points of the group `laecips.mask_generators`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from laecips_cloud.mask_generators.generator import MaskGenerator, MaskGeneratorError
from laecips_cloud.plugins import Plugins

_PLUGINS: Final = Plugins(
    "laecips.mask_generators", kind="mask generator", error=MaskGeneratorError
)


def mask_generator_names() -> list[str]:
    """Names that `create_mask_generator` knows here, sorted."""
    return _PLUGINS.names()


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
    generator: MaskGenerator = _PLUGINS.create(name, options or {})
    return generator
