"""Networks become ONNX files: bundles of f and h, semantic networks of class scorers."""
