"""A model update on the robot: offer, download, store, trial, keep or roll back."""
