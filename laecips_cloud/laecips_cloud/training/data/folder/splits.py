"""Which frames of a folder belong to which split.

splits.yaml, which may be left out, names the frames of each split,

    train: [a, b, c]
    held_out: [d]

or says by what rule they are dealt out:

    by: time                            # the order of the names, the last ones held out; or
    by: random                          # by lot, the same for the same names and seed; or
    by: folder                          # by the first folder in the names
    shares: {train: 0.8, held_out: 0.2} # of time and random; as here where left out
    seed: 0                             # of random

Without the file a folder a split is taken, where the first folder of every name is a usual one
(train, val, test ...); else there is the split `all` alone, which is always there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.folder.yaml_file import read_yaml, require_known, whole_number

SPLIT_FILE: Final = "splits.yaml"
ALL: Final = "all"
LEARNT_SPLITS: Final = ("train", "training")
HELD_OUT_SPLITS: Final = ("held_out", "val", "valid", "validation")
_OTHERS: Final = ("test", "testing")
_SHARES: Final = {LEARNT_SPLITS[0]: 0.8, HELD_OUT_SPLITS[0]: 0.2}
_RULES: Final = ("folder", "time", "random")

Splits = Mapping[str, tuple[str, ...]]


def read_splits(root: Path, names: Sequence[str], *, by_folder: bool) -> Splits:
    """Read the splits of a folder.

    Args:
        root: the folder.
        names: of its frames, in order.
        by_folder: whether its layout has a folder a split.

    Returns:
        Split -> names, in order; of a file they need not be among `names`. `all` is not among them,
        unless the file has it.

    Raises:
        DatasetError: the file is not as above, or a split would be empty.
    """
    path = root / SPLIT_FILE
    if not path.is_file():
        usual = {*LEARNT_SPLITS, *HELD_OUT_SPLITS, *_OTHERS}
        told = by_folder or all("/" in name and _folder(name) in usual for name in names)
        return _of_folders(names) if told else {}
    content = read_yaml(path, cure="write names of frames by split, or `by: time`")
    if isinstance(content.get("by"), str):
        return _by_rule(path, content, names)
    for split, chosen in content.items():
        if not isinstance(chosen, list) or not all(isinstance(name, str) for name in chosen):
            raise DatasetError(f"{path}: {split} is no list of names; write [NAME, NAME, ...]")
        if not chosen:
            raise DatasetError(f"{path}: {split} is empty; name frames, or take it away")
    return {split: tuple(chosen) for split, chosen in content.items()}


def usual_splits(splits: Splits) -> tuple[str, str]:
    """Return the split to learn from and the one that nothing learns from, by their names.

    Returns:
        Two names, empty where there is none; never a test split.

    Example:
        >>> usual_splits({"train": ("a",), "val": ("b",), "test": ("c",)})
        ('train', 'val')
    """
    learnt = next((name for name in LEARNT_SPLITS if name in splits), "")
    return learnt, next((name for name in HELD_OUT_SPLITS if name in splits), "")


def _by_rule(path: Path, content: dict[str, Any], names: Sequence[str]) -> Splits:
    require_known(path, content, ("by", "shares", "seed"))
    rule = content["by"]
    if rule not in _RULES:
        raise DatasetError(f"{path}: by is {rule!r}; write {', '.join(_RULES)}")
    if rule == "folder":
        if flat := [name for name in names if "/" not in name]:
            raise DatasetError(f"{path}: {flat[0]} lies in no folder; put it into one, or say `by`")
        return _of_folders(names)
    order = list(names)
    if rule == "random":
        seed = whole_number(path, "seed", content.get("seed", "0"))
        order.sort(key=lambda name: hashlib.sha256(f"{seed} {name}".encode()).digest())
    place = {name: index for index, name in enumerate(names)}
    splits: dict[str, tuple[str, ...]] = {}
    share, start = 0.0, 0
    for split, part in _shares(path, content).items():
        share += part
        stop = round(share * len(order))
        splits[split] = tuple(sorted(order[start:stop], key=place.__getitem__))
        start = stop
        if not splits[split]:
            raise DatasetError(
                f"{path}: {split} gets none of {len(names)} frames; give it a larger share"
            )
    return splits


def _shares(path: Path, content: dict[str, Any]) -> dict[str, float]:
    given = content.get("shares", _SHARES)
    try:
        shares = {name: float(share) for name, share in given.items()}
    except (AttributeError, TypeError, ValueError):
        shares = {}
    if not shares or min(shares.values()) <= 0 or abs(sum(shares.values()) - 1) > 1e-6:
        raise DatasetError(f"{path}: shares is {given}; write {{NAME: SHARE, ...}} that sum to 1")
    return shares


def _of_folders(names: Sequence[str]) -> Splits:
    splits: dict[str, list[str]] = {}
    for name in names:
        splits.setdefault(_folder(name), []).append(name)
    return {split: tuple(chosen) for split, chosen in splits.items()}


def _folder(name: str) -> str:
    return name.partition("/")[0]
