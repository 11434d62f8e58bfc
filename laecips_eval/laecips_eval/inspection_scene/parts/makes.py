"""Who made the parts: what a bag shows, and what only a teacher has seen."""

from enum import Enum


class Make(Enum):
    """Families of housings, connectors and labels that share no style, colour or finish.

    Attributes:
        USUAL: the parts of day zero.
        NEW: parts that arrive later; what the dial `variants` of the bags brings in.
        FOREIGN: parts that no bag ever shows: what a teacher learns from besides the usual ones.
    """

    USUAL = "usual"
    NEW = "new"
    FOREIGN = "foreign"
