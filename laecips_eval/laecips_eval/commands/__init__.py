"""Subcommands of `laecips`."""
