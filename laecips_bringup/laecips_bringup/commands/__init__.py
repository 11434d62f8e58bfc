"""Subcommands of `laecips` that start processes."""
