"""Chooses the frames that would teach most if a person labelled them. Pure and deterministic.

Least trusted frames and those where f and F disagree come onto a short list. From it frames are
taken farthest-first: each one looks least like those that are labelled or chosen already (greedy
k-center: Sener and Savarese, "Active Learning for Convolutional Neural Networks: A Core-Set
Approach", 2018). Uncertainty alone takes ten pictures of the same spot.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

Criterion = Literal["mixed", "trust", "disagreement", "different"]
CRITERIA: Final[tuple[Criterion, ...]] = get_args(Criterion)

SHORT_LIST: Final = 3
"""Frames on the short list, for each one that is chosen."""


class Candidate(NamedTuple):
    """A frame that may be labelled.

    Attributes:
        name: its request_id.
        trust: h of the frame, in [0, 1].
        disagreement: share of its pixels where f and F disagree, in [0, 1]; nan: f was not run.
        look: float32 [D], what the frame looks like; frames that look alike lie close together.
    """

    name: str
    trust: float
    disagreement: float
    look: NDArray[np.float32]


class Choice(NamedTuple):
    """A chosen frame, and why it was chosen.

    Attributes:
        candidate: the frame.
        distance: from the nearest frame that was labelled or chosen before; inf for the first.
        why: what makes it worth labelling, for people.
    """

    candidate: Candidate
    distance: float
    why: str


def choose(
    candidates: Sequence[Candidate],
    count: int,
    *,
    labelled: Sequence[NDArray[np.float32]] = (),
    by: Criterion = "mixed",
) -> list[Choice]:
    """Return the frames to label, the most useful first.

    Args:
        candidates: frames without a person's label, in any order; names differ.
        count: how many to choose at most.
        labelled: looks of the frames that people have labelled, or have in work.
        by: `trust` or `disagreement` alone, `different` looks alone, or all `mixed`.

    Returns:
        `count` choices, or as many as there are candidates.
    """
    ordered = sorted(candidates, key=lambda candidate: candidate.name)
    if not ordered or count < 1:
        return []
    doubt = _ranks([-candidate.trust for candidate in ordered])
    dispute = _ranks([np.nan_to_num(candidate.disagreement) for candidate in ordered])
    worth = {
        "mixed": (doubt + dispute) / 2 if dispute.any() else doubt,
        "trust": doubt,
        "disagreement": dispute,
        "different": np.zeros(len(ordered)),
    }[by]
    listed = np.argsort(-worth, kind="stable")
    if by == "mixed":
        listed = listed[: SHORT_LIST * count]
    farthest = by in {"mixed", "different"}
    looks = np.stack([ordered[index].look for index in listed]).astype(np.float64)
    taken = _farthest_first if farthest else _in_order
    return [
        Choice(ordered[index], distance, _why(ordered[index], doubt[index], dispute[index]))
        for index, distance in (
            (int(listed[place]), distance) for place, distance in taken(looks, count, labelled)
        )
    ]


def _farthest_first(
    looks: NDArray[np.float64], count: int, labelled: Sequence[NDArray[np.float32]]
) -> list[tuple[int, float]]:
    """Return (place, distance) of the looks, [N, D]; the first place wins a tie."""
    nearest = np.full(len(looks), np.inf)
    for look in labelled:
        nearest = np.minimum(nearest, np.linalg.norm(looks - look, axis=1))
    chosen = list[tuple[int, float]]()
    for _ in range(min(count, len(looks))):
        place = int(nearest.argmax())
        chosen.append((place, float(nearest[place])))
        nearest = np.minimum(nearest, np.linalg.norm(looks - looks[place], axis=1))
        nearest[[taken for taken, _ in chosen]] = -np.inf
    return chosen


def _in_order(
    looks: NDArray[np.float64], count: int, labelled: Sequence[NDArray[np.float32]]
) -> list[tuple[int, float]]:
    """Return the first places, each with its distance as `_farthest_first` has it."""
    before = [np.asarray(look, np.float64) for look in labelled]
    chosen = []
    for place, look in enumerate(looks[:count]):
        distances = [float(np.linalg.norm(look - other)) for other in before]
        chosen.append((place, min(distances, default=np.inf)))
        before.append(look)
    return chosen


def _ranks(values: Sequence[float]) -> NDArray[np.float64]:
    """Return the share of values below each value, in [0, 1); equal values share a rank."""
    array = np.asarray(values, np.float64)
    return np.searchsorted(np.sort(array), array) / len(array)


def _why(candidate: Candidate, doubt: float, dispute: float) -> str:
    parts = [f"trust {candidate.trust:.2f}, lower than that of {doubt:.0%} of the frames"]
    if not np.isnan(candidate.disagreement):
        parts.append(
            f"f and F disagree on {candidate.disagreement:.0%} of the pixels, more than on "
            f"{dispute:.0%} of the frames"
        )
    return "; ".join(parts)
