"""What can be wrong with a bag."""


class BagError(ValueError):
    """One line: what is wrong, where, and what to do."""
