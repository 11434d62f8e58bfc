"""Authentication between robots and clouds: a private authority and its certificates."""
