"""The folder that a bundle is trained from: it says what lies where, and holds no picture."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.folder.class_file import CLASS_FILE
from laecips_cloud.training.data.folder.layout import LAYOUT_FILE, USUAL, Pairs, find_pairs
from laecips_cloud.training.data.folder.splits import SPLIT_FILE
from laecips_cloud.training.data.folder.yaml_file import read_yaml
from laecips_cloud.training.data.frame_folder import HELD_OUT, FrameFolder
from laecips_cloud.training.data.labelled_frames import UNLABELLED
from laecips_cloud.training.data.time_blocks import spread
from laecips_edge.core.atomic_files import write_whole
from laecips_eval.datasets.checking.survey import held_by_masks

from laecips_bringup.own_pictures.mask_names import layout_of

Held = Collection[int | tuple[int, ...]]
"""Values, or RGB colours, in masks."""

_LOOKED_AT: Final = 200
_SHOWN: Final = 6


def describe_folder(root: Path, target: Path) -> None:
    """Write a folder that takes over what a folder of labelled frames says.

    Args:
        root: a folder as `laecips dataset check` takes it; stays as it is.
        target: where classes.yaml, layout.yaml and the splits are written.

    Raises:
        DatasetError: it is no such folder.
        OSError: `target` cannot be written.
    """
    folder = FrameFolder(root)
    layout = root / LAYOUT_FILE
    said: dict[str, Any] = read_yaml(layout, cure="write root") if layout.is_file() else {}
    usual = USUAL[find_pairs(root).by_folder]
    base = os.path.abspath(root / said.get("root", "."))
    texts = {
        CLASS_FILE: (root / CLASS_FILE).read_text(encoding="utf-8"),
        LAYOUT_FILE: _yaml(usual._asdict() | said | {"root": base}),
    }
    for file in (SPLIT_FILE, HELD_OUT):
        if (root / file).is_file():
            texts[file] = (root / file).read_text(encoding="utf-8")
    if not folder.splits:
        texts[SPLIT_FILE] = _yaml({"by": "time"})
    _write(target, texts)


def describe_pictures(images: Path, masks: Path, classes: str, target: Path, *, by: str) -> None:
    """Write a folder for pictures and masks that lie anywhere.

    Args:
        images: folder of the pictures.
        masks: folder of the masks.
        classes: names with commas between, in the order of the values in the masks; or the path
            of a classes.yaml.
        target: where classes.yaml, layout.yaml and splits.yaml are written.
        by: rule of the splits: time, random or folder.

    Raises:
        DatasetError: masks do not fit the pictures, or hold values that no class is named for.
        OSError: `target` cannot be written, or the file of the classes not read.
    """
    layout = layout_of(images, masks)
    _write(
        target,
        {
            LAYOUT_FILE: _yaml(layout.patterns._asdict() | {"root": str(layout.root)}),
            SPLIT_FILE: _yaml({"by": by}),
        },
    )
    if classes.endswith((".yaml", ".yml")):
        text = Path(classes).read_text(encoding="utf-8")
    else:
        names = [name.strip() for name in classes.split(",") if name.strip()]
        held = _held(find_pairs(target))
        values = values_of(held, len(names))
        if not values:
            _require_named(held, len(names), masks)
        text = _yaml({"classes": names} | ({"values": values} if values else {}))
    _write(target, {CLASS_FILE: text})


def values_of(held: Held, count: int) -> list[int]:
    """Return what masks hold for each class, where it is not 0, 1, 2, ... and there is no doubt.

    Args:
        held: what is in the masks.
        count: number of classes.

    Returns:
        The values, rising; empty where they are usual, or do not tell which class is which.
    """
    values = sorted(value for value in held if isinstance(value, int))
    plain = len(values) == len(held) == count and values != list(range(count))
    # 255 usually says that there is no class; of two values it is one.
    return values if plain and (UNLABELLED not in values or count == 2) else []


def _held(pairs: Pairs) -> Held:
    return held_by_masks(spread([pair.mask for pair in pairs.pairs.values()], _LOOKED_AT))


def _require_named(held: Held, count: int, masks: Path) -> None:
    """Refuse values in the masks that are the label of no class."""
    others = sorted(
        value for value in held if isinstance(value, int) and value >= count and value != UNLABELLED
    )
    if others:
        shown = ", ".join(map(str, others[:_SHOWN])) + (", ..." if len(others) > _SHOWN else "")
        raise DatasetError(
            f"{masks}: masks hold {shown}, but --classes names only the labels 0 to {count - 1}: "
            "add a name for each value, or give a classes.yaml that says the `values`"
        )


def held_out_split(target: Path) -> str:
    """Return the split that nothing learns from.

    Raises:
        DatasetError: there is none.
    """
    name = FrameFolder(target).usual_splits()[1]
    if not name:
        raise DatasetError(
            f"{target}: no split is named held_out or val; name one so, the drive is made of it"
        )
    return name


def keep_few(target: Path, *, learnt: int, held_out: int) -> None:
    """Leave only a few frames in the splits, evenly spread.

    Args:
        target: a described folder.
        learnt: most frames to learn from.
        held_out: most frames that nothing learns from.

    Raises:
        DatasetError: there is no split that nothing learns from.
        OSError: the folder cannot be written.
    """
    splits = FrameFolder(target).splits
    names = FrameFolder(target).usual_splits()[0], held_out_split(target)
    few = {
        split: spread(splits[split], most)
        for split, most in zip(names, (learnt, held_out), strict=True)
    }
    _write(target, {SPLIT_FILE: _yaml(few)})


def _write(target: Path, texts: Mapping[str, str]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    if texts.keys() & {SPLIT_FILE, HELD_OUT}:
        for file in {SPLIT_FILE, HELD_OUT} - texts.keys():  # of an earlier run
            (target / file).unlink(missing_ok=True)
    for name, text in texts.items():
        write_whole(target / name, text.encode())


def _yaml(content: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True)
