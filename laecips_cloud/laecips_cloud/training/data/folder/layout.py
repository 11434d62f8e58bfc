"""Where pictures and masks lie, and which belong together.

layout.yaml, which may be left out, says it with patterns:

    root: ../plant                        # where the patterns begin; without: the folder itself
    images: rgb/{name}.*                  # `.*` is any usual ending of a picture
    labels: masks/{name}_mask.png

`{name}` stands for what a picture and its mask share, folders between them included: it is the
frame's name. `{split}`, one folder, may stand before it and is put before the name. Without the
file: images/{name}.* and labels/{name}.png, or the same in a folder a split,
{split}/images/{name}.* and {split}/labels/{name}.png.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.folder.stored_pictures import PICTURE_ENDINGS
from laecips_cloud.training.data.folder.yaml_file import read_yaml, require_known

LAYOUT_FILE: Final = "layout.yaml"
_KEYS: Final = ("root", "images", "labels")


class Patterns(NamedTuple):
    """Where pictures and where masks lie."""

    images: str
    labels: str


USUAL: Final = (
    Patterns("images/{name}.*", "labels/{name}.png"),
    Patterns("{split}/images/{name}.*", "{split}/labels/{name}.png"),
)
"""Tried one after the other where nothing is said."""


class FrameFiles(NamedTuple):
    """A picture and its mask."""

    picture: Path
    mask: Path


@dataclass(frozen=True)
class Pairs:
    """What lies there.

    Attributes:
        pairs: by the frame's name, in the order of the names; numbers in them count as numbers.
        unlabelled: pictures without a mask, by name.
        orphans: masks without a picture, by name.
        by_folder: whether the patterns have a folder a split.
    """

    pairs: Mapping[str, FrameFiles]
    unlabelled: Mapping[str, Path]
    orphans: Mapping[str, Path]
    by_folder: bool


def find_pairs(root: Path) -> Pairs:
    """Find the pictures and masks of a folder.

    Raises:
        DatasetError: layout.yaml is not as above, nothing is found, or two pictures or masks have
            one name.
    """
    base, patterns = _patterns(root)
    for images, labels in patterns:
        masks = _matches(base, labels)
        taken = {path for _, path in masks}
        pictures = [found for found in _matches(base, images) if found[1] not in taken]
        if pictures:
            break
    else:
        wanted = " or ".join(images for images, _ in patterns)
        raise DatasetError(
            f"{base}: no picture is {wanted}; put some there, or say in {root / LAYOUT_FILE} where "
            "they lie"
        )
    picture_of, mask_of = _by_name(pictures, "picture"), _by_name(masks, "mask")
    pairs = {
        name: FrameFiles(picture_of[name], mask_of[name])
        for name in sorted(picture_of.keys() & mask_of.keys(), key=natural_order)
    }
    if not pairs:
        raise DatasetError(
            f"{base}: {len(pictures)} pictures, and none has a mask {labels}; put some there, or "
            f"say in {root / LAYOUT_FILE} where they lie"
        )
    return Pairs(
        pairs,
        {name: path for name, path in picture_of.items() if name not in pairs},
        {name: path for name, path in mask_of.items() if name not in pairs},
        "{split}" in images,
    )


def natural_order(name: str) -> tuple[tuple[str | int, ...], str]:
    """Key that sorts names as people count; no two names have the same.

    Example:
        >>> sorted(["frame10", "frame9"], key=natural_order)
        ['frame9', 'frame10']
    """
    parts = re.split(r"([0-9]+)", name)
    # The name tells "f01" from "f1".
    return tuple(int(part) if index % 2 else part for index, part in enumerate(parts)), name


def _patterns(root: Path) -> tuple[Path, tuple[Patterns, ...]]:
    path = root / LAYOUT_FILE
    if not path.is_file():
        return root, USUAL
    content = read_yaml(path, cure="write root, images, labels, or take it away")
    require_known(path, content, _KEYS)
    patterns = Patterns(
        content.get("images", USUAL[0].images), content.get("labels", USUAL[0].labels)
    )
    for key, pattern in zip(("images", "labels"), patterns, strict=True):
        holes = re.findall(r"\{[^}]*\}", pattern) if isinstance(pattern, str) else []
        if holes not in (["{name}"], ["{split}", "{name}"]):
            raise DatasetError(
                f"{path}: {key} is {pattern!r}; write a path with {{name}} in it, and before it "
                "{split} where a folder is a split"
            )
    if patterns.images == patterns.labels:
        raise DatasetError(f"{path}: images and labels are the same; tell them apart")
    base = content.get("root", ".")
    if not isinstance(base, str) or not (root / base).is_dir():
        raise DatasetError(f"{path}: root is {base!r}, which is no folder beside it; name one")
    return (root / base if base != "." else root), (patterns,)


def _matches(base: Path, pattern: str) -> list[tuple[str, Path]]:
    """(Name, file) of each file that a pattern fits; hidden files and folders are none."""
    expression = _expression(pattern)
    fixed = pattern.partition("{")[0].rpartition("/")[0]
    found = []
    for path in _files(base / fixed):
        match = expression.fullmatch(os.path.relpath(path, base).replace(os.sep, "/"))
        if match:
            parts = match.groupdict()
            found.append(("/".join(filter(None, (parts.get("split"), parts["name"]))), path))
    return found


def _files(folder: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(here, name) for name in sorted(files) if not name.startswith("."))


def _expression(pattern: str) -> re.Pattern[str]:
    stem, ending = pattern.removesuffix(".*"), ""
    if stem != pattern:
        ending = rf"\.(?i:{'|'.join(PICTURE_ENDINGS)})"
    text = re.escape(stem).replace(r"\{split\}", "(?P<split>[^/]+)")
    return re.compile(text.replace(r"\{name\}", "(?P<name>.+)") + ending)


def _by_name(found: list[tuple[str, Path]], kind: str) -> dict[str, Path]:
    paths = defaultdict(list)
    for name, path in found:
        paths[name].append(path)
    for name, (first, *others) in paths.items():
        if others:
            raise DatasetError(
                f"{first}: {others[0].name} is a {kind} named {name} too; take one of them away"
            )
    return {name: path for name, (path, *_) in paths.items()}
