"""Whether a training would begin on a folder, and what would spoil it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np
from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.frame_folder import FrameFolder
from laecips_cloud.training.data.label_check import require_every_class
from laecips_cloud.training.data.labelled_frames import UNLABELLED
from numpy.typing import NDArray

from laecips_eval.datasets.checking.likeness import alike
from laecips_eval.datasets.checking.survey import Survey
from laecips_eval.datasets.findings import Findings

_FEWEST_HELD_OUT: Final = 2
_MUCH: Final = 0.5


def labels_in(seen: Survey, names: Sequence[str]) -> NDArray[np.int64]:
    """Count the pixels of each label over all frames that could be read: int64 [256]."""
    rows = [seen.labels[name] for name in names if name in seen.labels]
    return np.sum(rows, axis=0, dtype=np.int64) if rows else np.zeros(256, np.int64)


def judge(
    folder: FrameFolder,
    seen: Survey,
    learnt: Sequence[str],
    held_out: Sequence[str],
    unsplit: str = "",
) -> tuple[list[str], list[str]]:
    """Return what refuses a training, and what a person should know before it.

    Args:
        folder: opened whole.
        seen: of it.
        learnt: names of the frames that would be learnt from.
        held_out: names of the frames that would be held out.
        unsplit: why neither could be told; empty where they are.

    Returns:
        Lines of refusals, none where a training would begin; lines of notes.
    """
    refused, notes = list(seen.refused.lines()), list(seen.notes.lines())
    if unsplit:
        return [*refused, unsplit], notes
    if not seen.refused:
        try:
            require_every_class(
                labels_in(seen, learnt),
                folder.classes,
                frames=len(learnt),
                where="what is learnt from",
            )
        except DatasetError as error:
            refused.append(str(error))
    if len(held_out) < _FEWEST_HELD_OUT:
        refused.append(
            f"frames held out: {len(held_out)}, {_FEWEST_HELD_OUT} are needed; take more pictures, "
            "or hold out a larger share by splits.yaml or --held-out"
        )
    notes += _held_out_notes(folder, seen, held_out)
    notes += _twins(seen, learnt, held_out)
    return refused, notes


def _held_out_notes(folder: FrameFolder, seen: Survey, held_out: Sequence[str]) -> list[str]:
    counts = labels_in(seen, held_out)
    lines = []
    unseen = [name for name, n in zip(folder.classes, counts, strict=False) if not n]
    if unseen and counts.any():
        lines.append(f"no pixel of {', '.join(unseen)} is held out: nothing will measure it")
    everything = labels_in(seen, folder.names)
    if everything.any() and everything[UNLABELLED] / everything.sum() > _MUCH:
        share = everything[UNLABELLED] / everything.sum()
        lines.append(f"{share:.1%} of the pixels have no class, and teach nothing")
    if folder.splits:
        dealt = {name for names in folder.splits.values() for name in names}
        found = Findings()
        for name in folder.names:
            if name not in dealt:
                found.add("frames in no split, left out", name)
        lines += found.lines()
    return lines


def _twins(seen: Survey, learnt: Sequence[str], held_out: Sequence[str]) -> list[str]:
    """Return lines about pictures that are there twice, and held-out ones that are learnt from."""
    found = Findings()
    copies = defaultdict(list)
    for name, digest in seen.digests.items():
        copies[digest].append(name)
    apart = set(held_out)
    same: set[str] = set()
    for names in copies.values():
        reserved = [name for name in names if name in apart]
        taught = [name for name in learnt if name in names] if len(names) > 1 else []
        for name in reserved if taught else ():
            same.add(name)
            found.add(
                "held-out pictures that are learnt from too, byte for byte; take one of each away",
                f"{name} = {taught[0]}",
            )
        if len(names) > 1 and not (reserved and taught):
            found.add("pictures that are there more than once", " = ".join(names))
    read = [name for name in learnt if name in seen.thumbnails]
    rest = [name for name in held_out if name in seen.thumbnails and name not in same]
    for name, other in alike(seen.thumbnails, read, rest):
        found.add(
            "held-out pictures that look like one that is learnt from, which measures too well; "
            "split by time or place, not by lot",
            f"{name} ~ {other}",
        )
    return list(found.lines())
