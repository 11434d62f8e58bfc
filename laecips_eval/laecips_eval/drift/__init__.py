"""Drift for pictures of one's own: the inspection scene's dials, in named segments, seeded."""
