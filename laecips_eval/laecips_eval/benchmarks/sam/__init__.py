"""Benchmarks of SAM's masks."""
