"""Processes of a run: start, watch, stop, clean up."""
