"""Published weights of large models: which there are, where they are kept, how they come."""
