"""Labelled frames and how they become batches."""
