"""Annotations and their pictures become a folder of labelled frames, and nothing is lost unsaid."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import cv2
import numpy as np
import yaml
from laecips_cloud.annotations.shapes import AnnotatedPicture, Annotations, Size, paint
from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.folder.class_file import CLASS_FILE
from laecips_cloud.training.data.folder.splits import SPLIT_FILE
from laecips_cloud.training.data.folder.stored_pictures import read_picture
from laecips_cloud.training.data.labelled_frames import UNLABELLED
from numpy.typing import NDArray

from laecips_eval.datasets.checking.picture_header import orientation_of
from laecips_eval.datasets.findings import Findings
from laecips_eval.datasets.importing.class_map import DROPPED, ClassMap
from laecips_eval.datasets.importing.picture_search import PictureSearch

_NOTHING = -1  # painted yet


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """What a person says of an import.

    Attributes:
        images: folder with the pictures.
        class_file: which class a category becomes, see `class_map`; None: each its own.
        background: class of pixels without a shape, empty for none; None: as the format has it.
        upright: write pictures as their EXIF orientation says, in the place of as they are stored.
        skip_empty: leave pictures out on which nothing was drawn.
    """

    images: Path
    class_file: Path | None = None
    background: str | None = None
    upright: bool = False
    skip_empty: bool = False


@dataclass
class ImportOutcome:
    """What became of it.

    Attributes:
        classes: names, in the order of the labels.
        splits: split -> number of frames; "" for those of none.
        lost: what was left out.
        notes: what a person should know besides.
    """

    classes: tuple[str, ...] = ()
    splits: dict[str, int] = field(default_factory=dict)
    lost: Findings = field(default_factory=Findings)
    notes: Findings = field(default_factory=Findings)


def import_annotations(
    annotations: Annotations,
    target: Path,
    options: ImportOptions,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> ImportOutcome:
    """Write a folder of labelled frames.

    Args:
        annotations: of any format.
        target: the folder; made whole, or not at all.
        options: see `ImportOptions`.
        progress: called with pictures done and in all.

    Raises:
        DatasetError: the folder is there, no picture could be taken, or a document is not as its
            format says.
        OSError: it cannot be written.
    """
    if target.exists():
        raise DatasetError(f"{target}: there already; remove it, or name another folder")
    draft = target.with_name(f".{target.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        it = _Import(annotations, draft, options)
        it.run(progress)
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return it.outcome


class _Import:
    def __init__(self, annotations: Annotations, draft: Path, options: ImportOptions) -> None:
        self.outcome = ImportOutcome()
        self._draft, self._options = draft, options
        self._pictures = annotations.pictures
        self._search = PictureSearch(options.images)
        self._frames: dict[str, list[str]] = {}
        self._taken: set[str] = set()
        self._void = frozenset(annotations.void)
        drawn, splits = self._drawn()
        self._count = sum(splits.values())
        self._has_splits = len(splits) > 1
        self._map = self._class_map(annotations, drawn)

    def run(self, progress: Callable[[int, int], None]) -> None:
        for part in ("images", "labels"):
            (self._draft / part).mkdir(parents=True)
        for done, annotated in enumerate(self._sound(self._pictures()), 1):
            self._take(annotated)
            progress(done, self._count)
        for path in self._search.unused():
            self.outcome.lost.add("pictures without an annotation beside others", path.name)
        if not self._frames:
            raise DatasetError(
                f"{self._options.images}: no picture was taken; "
                + ("; ".join(self.outcome.lost.lines()) or "there are no annotations")
            )
        self.outcome.classes = self._map.names
        self.outcome.splits = {split: len(names) for split, names in self._frames.items()}
        _write_yaml(self._draft / CLASS_FILE, {"classes": list(self._map.names)})
        if splits := {split: names for split, names in self._frames.items() if split}:
            _write_yaml(self._draft / SPLIT_FILE, splits)

    def _drawn(self) -> tuple[Counter[str], Counter[str]]:
        """Return the number of shapes of each category, and of pictures of each split."""
        drawn, splits = Counter[str](), Counter[str]()
        for annotated in self._sound(self._pictures()):
            splits[annotated.split] += 1
            drawn.update(shape.category for shape in annotated.shapes)
        return drawn, splits

    def _class_map(self, annotations: Annotations, drawn: Counter[str]) -> ClassMap:
        options = self._options
        background = options.background
        if background is None:
            background = annotations.background
        if options.class_file is not None:
            return ClassMap.read(options.class_file, background=background)
        for category in annotations.categories:
            if category not in drawn and category != background:
                self.outcome.notes.add("categories never drawn, which are no classes", category)
        return ClassMap.of_categories(
            [name for name in annotations.categories if name in drawn],
            annotations.void,
            background=background,
        )

    def _sound(self, pictures: Iterator[AnnotatedPicture]) -> Iterator[AnnotatedPicture]:
        last = "the first picture"
        try:
            for annotated in pictures:
                yield annotated
                last = annotated.picture
        except DatasetError:
            raise
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise DatasetError(
                f"annotations after {last}: not as their format says ({type(error).__name__}: "
                f"{error}); export them anew"
            ) from error

    def _take(self, annotated: AnnotatedPicture) -> None:
        lost = self.outcome.lost
        for kind in annotated.no_areas:
            lost.add(kind, annotated.picture)
        if not annotated.shapes and (annotated.no_areas or self._options.skip_empty):
            self._search.find(annotated.picture, near=annotated.near)
            # Something is on a picture with a mere box: it must not teach background.
            what = "only boxes, lines or points were" if annotated.no_areas else "nothing was"
            lost.add(f"pictures on which {what} drawn", annotated.picture)
            return
        split = annotated.split if self._has_splits else ""
        name = _name_of(annotated, split)
        if name in self._taken:
            lost.add("pictures of a name that another has already", name)
            return
        file = self._file_of(annotated)
        if file is None:
            lost.add("pictures that are not there, or in several places", annotated.picture)
            return
        data, ending = file
        size = self._write_picture(annotated, name, data, ending)
        if size is None:
            return
        if not annotated.shapes:
            self.outcome.notes.add("pictures on which nothing was drawn, all background", name)
        label = self._painted(annotated, name, size)
        path = self._draft / "labels" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(cv2.imencode(".png", label)[1].tobytes())
        self._taken.add(name)
        self._frames.setdefault(split, []).append(name)

    def _file_of(self, annotated: AnnotatedPicture) -> tuple[bytes, str] | None:
        path = self._search.find(annotated.picture, near=annotated.near)
        if path is not None:
            return path.read_bytes(), path.suffix
        if annotated.embedded is not None:
            return annotated.embedded, PurePosixPath(annotated.picture).suffix or ".png"
        return None

    def _write_picture(
        self, annotated: AnnotatedPicture, name: str, data: bytes, ending: str
    ) -> Size | None:
        """Write the picture; its size, or None where it does not fit its annotation."""
        orientation = orientation_of(data)
        turned = self._options.upright and orientation != 1
        if turned:
            data, ending = _upright(data), ".png"
        path = self._draft / "images" / f"{name}{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        try:
            height, width = read_picture(path).shape[:2]
        except DatasetError:
            path.unlink()
            self.outcome.lost.add("pictures that cannot be decoded", annotated.picture)
            return None
        if annotated.size not in (None, (height, width)):
            path.unlink()
            cure = "" if annotated.size != (width, height) else "; --upright turns them"
            cure = "; without --upright they fit" if turned and cure else cure
            self.outcome.lost.add(
                f"pictures of another size than their annotation says{cure}", annotated.picture
            )
            return None
        if orientation != 1:
            how = "turned upright" if turned else "kept as they are stored; --upright turns them"
            self.outcome.notes.add(f"pictures with an EXIF orientation, {how}", name)
        return height, width

    def _painted(self, annotated: AnnotatedPicture, name: str, size: Size) -> NDArray[np.uint8]:
        label = np.full(size, _NOTHING, np.int16)
        lost, notes = self.outcome.lost, self.outcome.notes
        somewhere = bool(annotated.no_areas)  # is something of which nobody knows the pixels
        for category, area in annotated.shapes:
            value = self._map.labels.get(category)
            if value is None:
                notes.add(
                    f"shapes of the category {category}, taken as no class; --classes can say "
                    "what it is",
                    annotated.picture,
                )
                value = UNLABELLED
            elif value == UNLABELLED and category in self._void:
                notes.add("shapes of categories that their format calls no class", category)
            if value == DROPPED:
                lost.add(f"shapes of the category {category}, dropped", annotated.picture)
                continue
            try:
                pixels, over, cut = paint(label, area(size), value)
            except (ValueError, TypeError, KeyError, IndexError) as error:
                lost.add(f"shapes that are none ({error})", annotated.picture)
                somewhere = True
                continue
            if not pixels:
                lost.add("shapes that cover no pixel", annotated.picture)
            elif cut:
                notes.add("shapes that reach out of their picture, cut there", annotated.picture)
            if over:
                notes.add("shapes over others, the later on top", annotated.picture)
        if somewhere:
            notes.add("pictures with lost shapes: pixels without a shape have no class there", name)
        label[label == _NOTHING] = UNLABELLED if somewhere else self._map.background
        return label.astype(np.uint8)


def _name_of(annotated: AnnotatedPicture, split: str) -> str:
    """Name of the frame: a path that stays in its folder, below that of its split."""
    name = annotated.name or PurePosixPath(annotated.picture).with_suffix("").as_posix()
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part.strip("./")] or [
        "picture"
    ]
    if parts[0] in ("images", "img") and len(parts) > 1:
        parts.pop(0)
    if split and parts[0] != split:
        parts.insert(0, split)
    return "/".join(parts)


def _upright(data: bytes) -> bytes:
    """Return a picture turned as its EXIF orientation says, as PNG."""
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return data if pixels is None else cv2.imencode(".png", pixels)[1].tobytes()


def _write_yaml(path: Path, content: dict[str, list[str]]) -> None:
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, default_flow_style=None)
    path.write_text(text, encoding="utf-8")
