"""The policies side by side on a table of frames: each measure with its interval.

A policy that is trained together with f has an f of its own, and so its own table of the same
frames: what gains and what is published is then what that f leaves to gain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from laecips_eval.experiments.miners.frame_table import FrameTable, joined
from laecips_eval.experiments.miners.ranking_measures import (
    BINS,
    UploadCurve,
    auroc,
    rank_correlation,
    upload_curve,
)
from laecips_eval.experiments.miners.resamples import Floats, Resamples

HARD_GAIN: Final = 0.1
"""A frame is hard if F's IoU exceeds f's by this."""

CURS: Final = (0.1, 0.2, 0.35, 0.5)
AUROC, CORRELATION, AREA = "AUROC", "rank correlation", "area"
MEASURES: Final = (AUROC, CORRELATION, *(f"mIoU at {cur:g}" for cur in CURS), AREA)
"""Names of the measures; larger is better."""

LAECIPS, RANDOM, TRUE_GAIN = "laecips", "random", "true gain"
APPEALNET: Final = "appealnet"
"""The policy whose f is its own."""

STATISTICS: Final = ("spp", "sm", "mess", "eiou")
"""The policies that compute the trust from f's softmax alone."""

LEAST_BLOCKS: Final = 10
"""Of fewer blocks no interval is given."""

_COVERED: Final = 0.95
_UNKNOWN: Final = np.full(1, np.nan)


@dataclass(frozen=True, eq=False)
class Estimate:
    """A value, and what it is on each resample.

    Attributes:
        value: on the frames as they are; nan where it is not defined.
        draws: float64 [B], B at least 1; nan where it is not defined.
    """

    value: float
    draws: Floats

    @property
    def interval(self) -> tuple[float, float]:
        """The middle 95 % of the resamples; nan where too many of them have no value."""
        tail = (1 - _COVERED) / 2
        if np.isnan(self.draws).mean() > tail:
            return float("nan"), float("nan")
        low, high = np.nanquantile(self.draws, (tail, 1 - tail))
        return float(low), float(high)

    def __sub__(self, other: Estimate) -> Estimate:
        """Return the paired difference."""
        return Estimate(self.value - other.value, self.draws - other.draws)

    def __truediv__(self, other: Estimate) -> Estimate:
        """Return the paired ratio; nan where the other is not above 0."""
        value, *draws = (
            a / b if b > 0 else float("nan")
            for a, b in zip((self.value, *self.draws), (other.value, *other.draws), strict=True)
        )
        return Estimate(value, np.array(draws))


class PolicyComparison:
    """What the policies are worth on the frames of some bags.

    Frames without a labelled pixel are left out.
    """

    def __init__(
        self,
        tables: Sequence[FrameTable],
        *,
        appealnet: Sequence[FrameTable] = (),
        block: int = 30,
        resamples: int = 1000,
        random_draws: int = 20,
        seed: int = 0,
    ) -> None:
        """Prepare the resamples.

        Args:
            tables: one per bag, of the same classes and policies, at least one frame in all.
            appealnet: the same bags as an AppealNet and F answer them; none: without it.
            block: frames of a block.
            resamples: number of resamples; 0 for none, and no intervals.
            random_draws: number of orders at random over which `random` is the mean.
            seed: seed of all draws.

        Raises:
            ValueError: no frame has a labelled pixel, or the AppealNet's frames are others.
        """
        whole = [table.only(~np.isnan(table.gain)) for table in tables]
        lengths = [len(table) for table in whole]
        if not sum(lengths):
            raise ValueError("no frame has a labelled pixel: nothing to compare policies on")
        self.table = joined(whole)
        self._own: dict[str, FrameTable] = {}
        if appealnet:
            own = joined([table.only(~np.isnan(table.gain)) for table in appealnet])
            if not np.array_equal(own.stamps_ns, self.table.stamps_ns):
                raise ValueError("the AppealNet was measured on other frames: measure it again")
            self._own[APPEALNET] = own
        self._once = Resamples.once(len(self.table))
        again = Resamples.in_blocks(lengths, block=block, draws=resamples, seed=seed)
        self._again = again if resamples and again.times.shape[1] >= LEAST_BLOCKS else None
        self._random = np.random.default_rng(seed).random((random_draws, len(self.table)))

    @cached_property
    def hard(self) -> NDArray[np.bool_]:
        """Which frames gain `HARD_GAIN` or more, bool [N]."""
        return self.hard_of(LAECIPS)

    @property
    def policies(self) -> tuple[str, ...]:
        """The policies of the table, then those with an f of their own, `random`, `true gain`."""
        names = [name for name in self.table.scores if name not in (RANDOM, *self._own)]
        return (*names, *self._own, RANDOM, TRUE_GAIN)

    def table_of(self, policy: str) -> FrameTable:
        """Return the table of a policy's f, and of F: the common one unless it has its own."""
        return self._own.get(policy, self.table)

    def hard_of(self, policy: str) -> NDArray[np.bool_]:
        """Return which frames gain `HARD_GAIN` or more over a policy's f, bool [N]."""
        return self.table_of(policy).gain >= HARD_GAIN

    def scores(self, policy: str) -> tuple[Floats, ...]:
        """Return the scores of a policy, float64 [N]; several of `random`, one of the others."""
        if policy == RANDOM:
            return tuple(self._random)
        table = self.table_of(policy)
        return (-table.gain if policy == TRUE_GAIN else table.scores[policy],)

    def curve(self, policy: str) -> UploadCurve:
        """Return the data-set mIoU over CUR, one row per entry of `scores`."""
        table = self.table_of(policy)
        curves = [upload_curve(table, it, self._once) for it in self.scores(policy)]
        return UploadCurve(
            np.concatenate([it.shares for it in curves]), np.concatenate([it.miou for it in curves])
        )

    @cached_property
    def estimates(self) -> Mapping[str, Mapping[str, Estimate]]:
        """Each measure of each policy, by policy and measure."""
        return {policy: self._estimates(policy) for policy in self.policies}

    def best_statistic(self, measure: str) -> str:
        """Return the statistic with the largest value; of equal ones the first.

        Raises:
            ValueError: the table has none.
        """
        known = [name for name in STATISTICS if name in self.table.scores]
        if not known:
            raise ValueError(f"the table of frames has none of {', '.join(STATISTICS)}")
        values = [self.estimates[name][measure].value for name in known]
        return known[int(np.nanargmax(values))] if not np.isnan(values).all() else known[0]

    def above_best(self, measure: str) -> Estimate:
        """Return the measure of `laecips` less that of the best statistic.

        The best one is that of the frames as they are, in all resamples.
        """
        return (
            self.estimates[LAECIPS][measure] - self.estimates[self.best_statistic(measure)][measure]
        )

    def area_over(self, policy: str) -> Estimate:
        """Return the area of `laecips` as a multiple of another policy's."""
        return self.estimates[LAECIPS][AREA] / self.estimates[policy][AREA]

    def _estimates(self, policy: str) -> dict[str, Estimate]:
        orders, table, hard = self.scores(policy), self.table_of(policy), self.hard_of(policy)

        def mean(resamples: Resamples, bins: int | None) -> dict[str, Floats]:
            each = [_measures(table, it, hard, resamples, bins=bins) for it in orders]
            return {name: np.mean([it[name] for it in each], axis=0) for name in MEASURES}

        values = mean(self._once, None)
        draws = mean(self._again, BINS) if self._again else dict.fromkeys(MEASURES, _UNKNOWN)
        return {name: Estimate(float(values[name][0]), draws[name]) for name in MEASURES}


@dataclass(frozen=True, kw_only=True)
class GroupRow:
    """How well the policies find the hard frames of a part of the frames.

    Attributes:
        name: of the part.
        frames: number of its frames.
        hard: number of hard ones.
        gain: mean gain of its frames.
        auroc: by policy; nan where none or all are hard for its f. `random` is left out.
    """

    name: str
    frames: int
    hard: int
    gain: float
    auroc: Mapping[str, float]


def group_rows(
    comparison: PolicyComparison, names: NDArray[np.str_], *, nameless: str
) -> list[GroupRow]:
    """Return a row for each group of frames, in order of appearance.

    Args:
        comparison: of all frames.
        names: name of each frame's group, str [N].
        nameless: what to call the frames with an empty name.
    """
    gain = comparison.table.gain
    rows = []
    for name in dict.fromkeys(names.tolist()):
        own = names == name
        once = Resamples.once(int(own.sum()))
        policies = [it for it in comparison.policies if it != RANDOM]
        rows.append(
            GroupRow(
                name=name or nameless,
                frames=int(own.sum()),
                hard=int(comparison.hard[own].sum()),
                gain=float(gain[own].mean()),
                auroc={
                    it: float(
                        auroc(comparison.scores(it)[0][own], comparison.hard_of(it)[own], once)[0]
                    )
                    for it in policies
                },
            )
        )
    return rows


def _measures(
    table: FrameTable,
    scores: Floats,
    hard: NDArray[np.bool_],
    resamples: Resamples,
    *,
    bins: int | None,
) -> dict[str, Floats]:
    curve = upload_curve(table, scores, resamples, bins=bins)
    values = (
        auroc(scores, hard, resamples),
        rank_correlation(scores, table.gain, resamples),
        *(curve.at(cur) for cur in CURS),
        curve.area,
    )
    return dict(zip(MEASURES, values, strict=True))
