"""f and h on an inference engine: from a picture to logits, labels and trust."""
