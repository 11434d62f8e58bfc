"""Subcommands of `laecips` that the cloud brings."""
