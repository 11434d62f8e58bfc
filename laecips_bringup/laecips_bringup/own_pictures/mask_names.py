"""How masks are named after their pictures."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.folder.layout import Patterns
from laecips_cloud.training.data.folder.stored_pictures import PICTURE_ENDINGS

_ADDED: Final = ("", "_mask", "-mask", "_label", "_labels", "_gt", "_seg", "_segmentation")
"""What tools put behind the name of a picture; the first that fits most masks is taken."""

_MASK_ENDINGS: Final = ("png", "bmp", "tif", "tiff")


class Layout(NamedTuple):
    """Where pictures and masks lie: patterns below a folder, as layout.yaml has them."""

    root: Path
    patterns: Patterns


def layout_of(images: Path, masks: Path) -> Layout:
    """Find out by what pattern masks belong to pictures.

    Args:
        images: folder of the pictures, in folders or not.
        masks: folder of the masks; may be the same.

    Raises:
        DatasetError: a folder is not there, or no mask is named after a picture.
    """
    for folder in (images, masks):
        if not folder.is_dir():
            raise DatasetError(f"{folder}: no such folder")
    pictures = {stem for stem, ending in _files(images) if ending in PICTURE_ENDINGS}
    found: Counter[tuple[str, str]] = Counter()
    for stem, ending in _files(masks):
        for added in _ADDED if ending in _MASK_ENDINGS else ():
            name = stem.removesuffix(added)
            # In one folder a picture would be its own mask.
            if stem.endswith(added) and name in pictures and (added or images != masks):
                found[added, ending] += 1
    if not found:
        raise DatasetError(
            f"{masks}: no mask is named after a picture of {images}, such as "
            f"{min(pictures, default='NAME')}.png; rename them, or write a layout.yaml and give "
            "its folder with --root"
        )
    added, ending = max(found, key=lambda kind: (found[kind], -_ADDED.index(kind[0])))
    root = Path(os.path.commonpath([images.resolve(), masks.resolve()]))
    return Layout(
        root,
        Patterns(
            (images.resolve().relative_to(root) / "{name}.*").as_posix(),
            (masks.resolve().relative_to(root) / f"{{name}}{added}.{ending}").as_posix(),
        ),
    )


def _files(folder: Path) -> list[tuple[str, str]]:
    """(Path without ending, ending in small letters) of all files below a folder."""
    return [
        (str(path.relative_to(folder).with_suffix("")), path.suffix[1:].lower())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    ]
