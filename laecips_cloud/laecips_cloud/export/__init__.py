"""Export of networks to ONNX: bundles of f and h, semantic networks of class scorers."""
