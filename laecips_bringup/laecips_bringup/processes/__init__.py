"""Processes of a run: start, watch, stop, and what they leave behind."""
