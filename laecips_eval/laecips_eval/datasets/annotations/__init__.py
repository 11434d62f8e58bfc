"""Annotations of other tools, each format in a module of its own, as areas on pictures."""
