"""Which class a category of the annotations becomes.

A file may say so (`--classes`):

    classes:                       # names, in the order of the labels, each with its categories
      background: []
      scratch: [Scratch, kratzer]
      dent: [dent]
    void: [reflection]             # areas that have no class, and teach nothing
    drop: [date stamp]             # as if nobody had drawn them
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.folder.yaml_file import read_yaml, require_known
from laecips_cloud.training.data.labelled_frames import UNLABELLED

DROPPED: Final = -1
_CURE: Final = "write `classes: {NAME: [CATEGORY, ...], ...}` there"


@dataclass(frozen=True)
class ClassMap:
    """From categories to labels.

    Attributes:
        names: of the classes, in the order of the labels.
        labels: of each known category: a class index, 255 for no class, `DROPPED` to ignore it.
        background: label of pixels without a shape.
    """

    names: tuple[str, ...]
    labels: Mapping[str, int]
    background: int

    @classmethod
    def of_categories(
        cls, categories: Iterable[str], void: Iterable[str], *, background: str
    ) -> ClassMap:
        """Return a map that makes each category a class of its own.

        Args:
            categories: in the order of the labels.
            void: those that have no class.
            background: class of pixels without a shape, before the others unless it is one of
                them; empty for none.

        Raises:
            DatasetError: there are none, or more than labels.
        """
        names = tuple(categories)
        labels = dict.fromkeys(void, UNLABELLED) | {name: name for name in names}
        return cls._made(names, labels, background)

    @classmethod
    def read(cls, path: Path, *, background: str) -> ClassMap:
        """As a file says.

        Raises:
            DatasetError: it cannot be read, is not as above, or names a category twice.
        """
        content = read_yaml(path, cure=_CURE)
        require_known(path, content, ("classes", "void", "drop"))
        classes = content.get("classes")
        if not isinstance(classes, dict) or not all(map(_is_names, classes.values())):
            raise DatasetError(f"{path}: has no mapping classes; {_CURE}")
        labels: dict[str, Any] = {}
        groups = [*classes.items(), (UNLABELLED, content.get("void", []))]
        for label, categories in [*groups, (DROPPED, content.get("drop", []))]:
            if not _is_names(categories):
                raise DatasetError(f"{path}: void and drop are lists of categories; {_CURE}")
            for category in categories:
                if category in labels:
                    raise DatasetError(f"{path}: {category} is there twice; say once what it is")
                labels[category] = label
        return cls._made(tuple(classes), labels, background)

    @classmethod
    def _made(cls, names: tuple[str, ...], labels: Mapping[str, Any], background: str) -> ClassMap:
        if background and background not in names:
            names = (background, *names)
        if not 0 < len(names) <= UNLABELLED:
            raise DatasetError(
                f"{len(names)} classes; there must be 1 to {UNLABELLED}: join some by --classes"
            )
        place = {name: index for index, name in enumerate(names)}
        return cls(
            names,
            {category: place.get(label, label) for category, label in labels.items()},
            place.get(background, UNLABELLED),
        )


def _is_names(given: Any) -> bool:
    return isinstance(given, list) and all(isinstance(name, str) for name in given)
