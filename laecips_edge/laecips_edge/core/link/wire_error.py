"""The error of received data that cannot be used."""


class WireError(ValueError):
    """Received data cannot be used; the message says which part and why."""
