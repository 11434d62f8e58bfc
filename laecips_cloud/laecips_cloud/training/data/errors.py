"""What can be wrong with a data set."""


class DatasetError(ValueError):
    """One line: what is wrong, where, and what to do."""
