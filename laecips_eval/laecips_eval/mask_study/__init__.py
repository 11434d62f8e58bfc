"""How good the masks of a generator are, against the true regions."""
