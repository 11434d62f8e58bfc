"""A seeded scene of robotic inspection: panels with parts, rare defects, and dials of drift."""

from laecips_eval.inspection_scene.classes import CLASSES, DEFECTS, PALETTE
from laecips_eval.inspection_scene.drift import DAY_ZERO, Drift
from laecips_eval.inspection_scene.strip import Strip, draw_strip

__all__ = ["CLASSES", "DAY_ZERO", "DEFECTS", "PALETTE", "Drift", "Strip", "draw_strip"]
