"""When a mask may overrule its pixels."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Vote:
    """Bounds within which a mask gives its pixels the class that it voted for.

    Algorithm 1 of the paper lets every mask overrule all of its pixels. That is right for masks
    that follow objects; one that has run together with its surroundings wipes out what is small.
    With these bounds F stays about as good as its class scorer even with coarse masks
    (docs/results/large-models.md shows what each bound buys).

    Attributes:
        max_dissent: a mask more of whose pixels score another class highest is left out, share in
            [0, 1].
        max_margin: a pixel that prefers its own class to the mask's by more than this keeps it,
            difference of scores in [0, 1].
        min_quality: a mask that its generator rates lower is left out, in [0, 1].
        min_stability: a mask that changes more with the threshold that cut it is left out, in
            [0, 1].

    Raises:
        ValueError: a bound is out of range.
    """

    max_dissent: float = 0.5
    max_margin: float = 0.35
    min_quality: float = 0.0
    min_stability: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0.0 <= value <= 1.0:
                raise ValueError(f"vote: {field.name} is {value}, it must lie in 0 to 1")


PAPER: Final = Vote(max_dissent=1.0, max_margin=1.0, min_quality=0.0, min_stability=0.0)
"""No bounds: Algorithm 1 as it is printed."""
