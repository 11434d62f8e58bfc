"""Imports what people made of a labelling task, from the export of their tool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

import numpy as np
from laecips_edge.core.link import wire
from numpy.typing import NDArray

from laecips_cloud.annotations.shapes import AnnotatedPicture, Annotations, Size, paint
from laecips_cloud.replay_buffer.buffer import ReplayBuffer
from laecips_cloud.replay_buffer.exporting import file_name_of
from laecips_cloud.replay_buffer.importing import Imported
from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.labelled_frames import UNLABELLED

NO_CLASS = "background"
"""What tools call pixels that nobody labelled, where it is none of the classes."""


def import_corrections(
    buffer: ReplayBuffer, annotations: Annotations, *, background: str = "", checked: bool = False
) -> Imported:
    """Read annotations of frames, all or nothing.

    Args:
        buffer: the replay buffer.
        annotations: of any format; pictures have the names that `write_task` or `export_frames`
            gave them, tools may have put something before them.
        background: class of pixels without a shape; empty: they have none.
        checked: whether a person has looked at every picture, so that an unchanged first guess is
            their answer, too.

    Returns:
        How many label maps were stored and how many were not.

    Raises:
        ValueError: a class is none of the buffer's, a picture has another size than its frame, or
            the annotations are not as their format says; nothing was imported.
        ReplayBufferError: the buffer cannot be read or written.
    """
    classes = buffer.classes()
    if background and background not in classes:
        raise ValueError(
            f"background {background!r} is no class: there are {', '.join(classes)}; give one"
        )
    labels_of = {NO_CLASS: UNLABELLED} | {name: index for index, name in enumerate(classes)}
    known = {file_name_of(request_id): request_id for request_id in buffer.request_ids()}
    labels, unchanged, empty, strange = dict[str, bytes](), 0, 0, list[str]()
    for annotated in _sound(annotations):
        request_id = _request_of(annotated, known)
        frame = buffer.find(request_id) if request_id else None
        if frame is None:
            strange.append(annotated.picture)
            continue
        if not annotated.shapes:
            empty += 1
            continue
        stored = frame.human_label_map or frame.label_map
        before = wire.decode_label_map(stored, None, len(classes))
        size = before.shape[0], before.shape[1]
        label_map = _label_map(annotated, size, labels_of, labels_of.get(background, UNLABELLED))
        same = np.array_equal(label_map, before)
        if same and (frame.human_label_map or not checked):
            unchanged += 1
        else:
            labels[frame.request_id] = wire.encode_label_map(label_map)
    buffer.keep_human_labels(labels)
    return Imported(taken=len(labels), unchanged=unchanged, strange=tuple(strange), empty=empty)


def _sound(annotations: Annotations) -> Sequence[AnnotatedPicture]:
    try:
        return list(annotations.pictures())
    except DatasetError:
        raise
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise ValueError(
            f"annotations are not as their format says ({type(error).__name__}: {error}); export "
            "them anew"
        ) from error


def _request_of(annotated: AnnotatedPicture, known: Mapping[str, str]) -> str | None:
    """Return the request_id of a picture's frame; Label Studio puts `HASH-` before uploads."""
    name = PurePosixPath(annotated.name or PurePosixPath(annotated.picture).stem).name
    return known.get(name) or known.get(name.partition("-")[2])


def _label_map(
    annotated: AnnotatedPicture, size: Size, labels_of: Mapping[str, int], empty: int
) -> NDArray[np.uint8]:
    if annotated.size not in (None, size):
        raise ValueError(
            f"{annotated.picture}: annotated as {annotated.size} rows x columns, its frame has "
            f"{size}; do not resize or turn it in the tool; nothing was imported"
        )
    painted = np.full(size, -1, np.int16)
    for category, area in annotated.shapes:
        if category not in labels_of:
            raise ValueError(
                f"{annotated.picture}: has the class {category!r}, the buffer "
                f"{', '.join(name for name in labels_of if labels_of[name] != UNLABELLED)}; rename "
                "it in the tool; nothing was imported"
            )
        try:
            paint(painted, area(size), labels_of[category])
        except (ValueError, TypeError, KeyError, IndexError) as error:
            raise ValueError(
                f"{annotated.picture}: a shape of {category!r} is none ({error}); draw it anew; "
                "nothing was imported"
            ) from error
    return np.where(painted < 0, empty, painted).astype(np.uint8)
