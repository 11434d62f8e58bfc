"""Mask generators: cut a picture into class-less masks; entry points add further ones."""

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
