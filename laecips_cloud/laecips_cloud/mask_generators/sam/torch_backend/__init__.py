"""SAM on torch, by the package segment-anything."""
