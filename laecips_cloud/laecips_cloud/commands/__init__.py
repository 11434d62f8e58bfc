"""Subcommands of `laecips` in this package."""
