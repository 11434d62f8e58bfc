"""Bags of pictures with truth: written as MCAP, read from MCAP and sqlite3."""

from laecips_eval.bags.reader import Bag, open_bag
from laecips_eval.bags.topics import BagError, Legend, Segment
from laecips_eval.bags.writer import BagWriter

__all__ = ["Bag", "BagError", "BagWriter", "Legend", "Segment", "open_bag"]
