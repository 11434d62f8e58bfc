"""Quality of a generator's masks, measured against the true regions."""
