"""A model update on the robot: offer, download, model store, trial, then keep or roll back."""
