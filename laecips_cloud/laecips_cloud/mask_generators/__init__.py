"""Mask generators: a picture becomes class-less masks. Each by its name, more by entry points."""

from laecips_cloud.mask_generators.generator import (
    MaskGenerator,
    MaskGeneratorError,
    create_mask_generator,
)

__all__ = [
    "MaskGenerator",
    "MaskGeneratorError",
    "create_mask_generator",
]
