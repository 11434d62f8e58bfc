"""Mask generators: a picture becomes class-less masks. Each by its name, more by entry points."""

from laecips_cloud.mask_generators.generator import MaskGenerator, MaskGeneratorError
from laecips_cloud.mask_generators.registry import create_mask_generator, mask_generator_names

__all__ = [
    "MaskGenerator",
    "MaskGeneratorError",
    "create_mask_generator",
    "mask_generator_names",
]
