"""The pages under docs/results."""
