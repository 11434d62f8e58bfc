"""Signatures of model updates: the trainer's key, what it signs, and the keys a robot trusts."""
