"""What a camera that drives past a panel sees of it."""
