"""Whether a drive is one on which choosing matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from laecips_cloud.training.first.ranking import lowest

from laecips_eval.experiments.miners.frame_table import FrameTable

CUR: Final = 0.35
"""Share of the frames that are uploaded."""

HARD_GAIN: Final = 0.1
"""A frame is hard if F's IoU exceeds f's by this."""

HARD_SHARES: Final = (0.15, 0.40)
MOST_ROUTINE_GAIN: Final = 0.02
LEAST_CHOICE: Final = 0.04
"""What a patrol must keep: share of hard frames, mean gain of routine, and data-set mIoU at `CUR`
by choosing the frames that gain most, above that by chance."""

_DRAWS: Final = 50  # of chance


@dataclass(frozen=True, kw_only=True)
class DriveFigures:
    """What there is to gain on a drive, and by choosing.

    Attributes:
        frames: number of frames.
        hard: share of them that gain `HARD_GAIN` or more, in [0, 1].
        routine_gain: mean gain of the frames that nothing disturbs; nan without one.
        f, cloud: data-set mIoU of f, and of F on all frames, in [0, 1].
        by_gain: data-set mIoU if the frames that gain most go to the cloud, at `CUR`.
        by_chance: the same for frames drawn at random, the mean of many draws.
        gains: mean gain by disturbance.
    """

    frames: int
    hard: float
    routine_gain: float
    f: float
    cloud: float
    by_gain: float
    by_chance: float
    gains: Mapping[str, float]

    @staticmethod
    def of(table: FrameTable) -> DriveFigures:
        """Return the figures of a table of at least one frame."""
        gain, frames = table.gain, len(table)
        routine = table.disturbances == ""
        draws = np.random.default_rng(0).random((_DRAWS, frames))
        return DriveFigures(
            frames=frames,
            hard=float(np.mean(gain >= HARD_GAIN)),
            routine_gain=float(np.nanmean(gain[routine])) if routine.any() else float("nan"),
            f=table.miou(np.zeros(frames, bool)),
            cloud=table.miou(np.ones(frames, bool)),
            by_gain=table.miou(lowest(-gain, CUR)),
            by_chance=float(np.mean([table.miou(lowest(draw, CUR)) for draw in draws])),
            gains={
                str(kind): float(np.nanmean(gain[table.disturbances == kind]))
                for kind in sorted(set(table.disturbances) - {""})
            },
        )

    @property
    def choice(self) -> float:
        """What choosing is worth: `by_gain` less `by_chance`."""
        return self.by_gain - self.by_chance


def drive_problems(drives: Mapping[int, DriveFigures]) -> list[str]:
    """Return what is wrong with the drives of some seeds, one line each; empty if all are right.

    Args:
        drives: figures by seed, at least one.
    """
    least, most = HARD_SHARES
    problems = []
    for seed, it in drives.items():
        if not least <= it.hard <= most:
            problems.append(
                f"seed {seed}: {it.hard:.0%} of the frames gain {HARD_GAIN:g} or more: it should "
                f"be {least:.0%} to {most:.0%}"
            )
        if not it.routine_gain < MOST_ROUTINE_GAIN:
            problems.append(
                f"seed {seed}: routine frames gain {it.routine_gain:.3f}: it should be less than "
                f"{MOST_ROUTINE_GAIN:g}"
            )
        if not it.choice >= LEAST_CHOICE:
            problems.append(
                f"seed {seed}: choosing by the true gain is worth {100 * it.choice:.1f} points at "
                f"CUR {CUR:g}: it should be {100 * LEAST_CHOICE:g} or more"
            )
    return problems


def drive_table(drives: Mapping[int, DriveFigures]) -> str:
    """Return the figures by seed as a table in Markdown."""
    kinds = sorted({kind for it in drives.values() for kind in it.gains})
    head = [
        "seed", "frames", f"gain {HARD_GAIN:g} or more", "f", "F", f"by true gain, CUR {CUR:g}",
        "by chance", "points by choosing", "gain: routine", *kinds,
    ]  # fmt: skip
    lines = [_line(head), _line(["---:"] * len(head))]
    for seed, it in drives.items():
        mious = (it.f, it.cloud, it.by_gain, it.by_chance)
        gains = (it.routine_gain, *(it.gains.get(kind, float("nan")) for kind in kinds))
        lines.append(
            _line(
                [
                    str(seed),
                    f"{it.frames:,}",
                    f"{it.hard:.0%}",
                    *(f"{value:.3f}" for value in mious),
                    f"{100 * it.choice:.1f}",
                    *("-" if np.isnan(value) else f"{value:+.3f}" for value in gains),
                ]
            )
        )
    return "\n".join(lines) + "\n"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
