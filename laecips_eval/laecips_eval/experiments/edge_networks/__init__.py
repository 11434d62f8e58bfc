"""Experiment: the edge networks beside each other, after trainings of equal length."""
