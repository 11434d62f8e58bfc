"""Training of f and h from labelled frames."""
