"""SAM becomes ONNX files for the backend without torch."""
