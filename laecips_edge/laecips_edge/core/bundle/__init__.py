"""A model bundle: manifest, graphs and weights of a pair (f, h)."""
