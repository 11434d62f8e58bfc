"""Experiment: what frames that people label bring, chosen ones against random ones."""
