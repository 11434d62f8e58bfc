"""Data sets, the inspection generator, bags, replay and reports."""
