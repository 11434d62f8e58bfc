"""Fits on labelled frames, and tables of training results."""
