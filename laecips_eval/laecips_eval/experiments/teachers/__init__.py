"""Experiment: accuracy gained by a large network in the cloud, by masks and by scores."""
