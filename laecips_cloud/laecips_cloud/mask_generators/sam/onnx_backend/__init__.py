"""SAM on ONNX Runtime or OpenVINO, without torch."""
