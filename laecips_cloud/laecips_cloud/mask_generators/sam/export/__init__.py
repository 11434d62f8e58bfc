"""Export of SAM to ONNX files, for the backend without torch."""
