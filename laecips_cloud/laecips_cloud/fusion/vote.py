"""Conditions under which a mask may overrule its pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from laecips_edge.core.settings import Settings, setting

_bound = partial(setting, minimum=0.0, maximum=1.0, changes="unconfigured")
_OF_THE_PAPER: Final = "The paper's Algorithm 1 has no bounds: 1, 1, 0 and 0."


@dataclass(frozen=True, kw_only=True)
class Vote(Settings):
    """Bounds within which a mask gives its pixels the class of its vote.

    Algorithm 1 of the paper lets every mask overrule all of its pixels. That is right for masks
    that follow objects; a mask that also covers the surroundings erases small objects. With these
    bounds F stays about as good as its class scorer even with coarse masks
    (docs/results/large-models.md shows the effect of each bound).

    Raises:
        SettingError: a bound is out of range.
    """

    max_dissent: float = _bound(
        0.5,
        "A mask with a larger share of pixels of another opinion is left out. " + _OF_THE_PAPER,
    )
    max_margin: float = _bound(
        0.35,
        "A pixel that prefers its own class by more, in score, keeps it. " + _OF_THE_PAPER,
    )
    min_quality: float = _bound(
        0.0, "A mask that its generator rates lower is left out. " + _OF_THE_PAPER
    )
    min_stability: float = _bound(
        0.0, "A mask that changes more with its threshold is left out. " + _OF_THE_PAPER
    )


PAPER: Final = Vote(max_dissent=1.0, max_margin=1.0, min_quality=0.0, min_stability=0.0)
"""No bounds: Algorithm 1 as it is printed."""
