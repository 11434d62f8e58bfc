"""Labelled frames, and how batches are made of them."""
