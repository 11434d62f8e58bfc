"""What a large network in the cloud adds, by masks and by scores."""
