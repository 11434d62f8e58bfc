"""Pictures that annotations name, found where they lie now."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path, PurePosixPath

from laecips_cloud.training.data.folder.stored_pictures import PICTURE_ENDINGS

_UPLOADED = re.compile(r"^[0-9a-f]{8}-")  # what Label Studio puts before a name


class PictureSearch:
    """Looks pictures up by the path that an annotation gives, which often was another machine's.

    Args:
        root: folder with the pictures, at any depth.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._by_stem: dict[str, list[Path]] = defaultdict(list)
        for path in _pictures(root):
            self._by_stem[path.stem].append(path)
        self._used: set[Path] = set()

    def find(self, picture: str, *, near: str = "") -> Path | None:
        """Return the file of a picture: where the annotation says, else the one that is called so.

        Args:
            picture: path, with "/" between folders, absolute or not; it may end in `.*`.
            near: folder in which to look first.

        Returns:
            The file; None where there is none, or several and none fits better than the others.
        """
        found = self._found(PurePosixPath(picture.replace("\\", "/")), Path(near or self._root))
        if found is not None:
            self._used.add(found)
        return found

    def unused(self) -> list[Path]:
        """Return the pictures that nothing has asked for, beside those that something has."""
        folders = {path.parent for path in self._used}
        paths = (path for called in self._by_stem.values() for path in called)
        return sorted(path for path in paths if path.parent in folders and path not in self._used)

    def _found(self, wanted: PurePosixPath, near: Path) -> Path | None:
        for name in dict.fromkeys((wanted.name, _UPLOADED.sub("", wanted.name))):
            asked = wanted.with_name(name) if name else wanted
            paths = self._by_stem.get(asked.stem, [])
            if asked.suffix == ".*":
                asked = asked.with_suffix("")
                bare = {path: path.with_suffix("") for path in paths}
            else:
                bare = {path: path for path in paths if path.name == asked.name}
            # Only what was seen below the root: a path of annotations leads nowhere else.
            for folder in (near, self._root):
                there = Path(os.path.normpath(folder / asked))
                for path, called in bare.items():
                    if called == there:
                        return path
            fits = {path: _fits(called, asked) for path, called in bare.items()}
            best = [path for path, fit in fits.items() if fit == max(fits.values())]
            if len(best) == 1:
                return best[0]
        return None


def _fits(path: Path, wanted: PurePosixPath) -> int:
    """Return how many parts at the ends of two paths are the same."""
    pairs = zip(path.parts[::-1], wanted.parts[::-1], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _pictures(root: Path) -> Iterator[Path]:
    for here, folders, files in os.walk(os.path.normpath(root), followlinks=True):
        folders.sort()
        for name in sorted(files):
            if name.rpartition(".")[2].lower() in PICTURE_ENDINGS and not name.startswith("."):
                yield Path(here, name)
