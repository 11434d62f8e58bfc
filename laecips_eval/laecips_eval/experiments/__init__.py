"""Experiments: each makes one page of results, by one command."""
