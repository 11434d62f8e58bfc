"""The parts of a panel, of several makes, and what may be wrong with them."""
