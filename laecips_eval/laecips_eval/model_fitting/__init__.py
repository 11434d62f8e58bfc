"""Training and fitting on labelled frames, and the tables that say how it went."""
