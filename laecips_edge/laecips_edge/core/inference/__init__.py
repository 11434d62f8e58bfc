"""f and h on an inference engine: from a picture to logits, label map and trust."""
