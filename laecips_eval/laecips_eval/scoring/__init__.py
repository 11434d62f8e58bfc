"""What became of every frame, and how good the answers were."""
