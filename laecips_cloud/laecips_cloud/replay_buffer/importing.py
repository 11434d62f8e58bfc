"""Imports people's label maps into the replay buffer, where they replace the cloud's answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from laecips_edge.core.link import wire
from laecips_edge.core.link.wire_error import WireError

from laecips_cloud.replay_buffer.buffer import ReplayBuffer
from laecips_cloud.replay_buffer.exporting import LABELS, file_name_of


@dataclass(frozen=True, kw_only=True)
class Imported:
    """The outcome of an import.

    Attributes:
        taken: number of label maps that were stored as a person's.
        unchanged: number of label maps equal to the stored one, which stays as it is.
        strange: names of files that belong to no frame of the buffer.
        empty: number of pictures on which nobody has drawn yet.
    """

    taken: int
    unchanged: int
    strange: tuple[str, ...]
    empty: int = 0


def import_labels(buffer: ReplayBuffer, folder: Path, *, checked: bool = False) -> Imported:
    """Read a folder of PNG label maps, named as `export_frames` names them, all or nothing.

    Args:
        buffer: the replay buffer.
        folder: holds the files itself or in its folder labels/.
        checked: whether a person has looked at every label map, so that one equal to the cloud's
            is their answer, too.

    Returns:
        How many label maps were stored and how many were not.

    Raises:
        ValueError: there is no such file, or one is not a label map of its frame: 8-bit class
            indices of the picture's size, 255 where a person gives no class.
        ReplayBufferError: the buffer cannot be read or written.
    """
    where = folder / LABELS if (folder / LABELS).is_dir() else folder
    files = sorted(where.glob("*.png"))
    if not files:
        raise ValueError(
            f"{where}: has no PNG files; give the folder of the label maps, or name a tool's "
            "export by --format"
        )
    known = {file_name_of(request_id): request_id for request_id in buffer.request_ids()}
    classes = len(buffer.classes())
    labels, unchanged, strange = dict[str, bytes](), 0, list[str]()
    for file in files:
        request_id = known.get(file.stem)
        frame = buffer.find(request_id) if request_id is not None else None
        if frame is None:
            strange.append(file.name)
            continue
        try:
            stored = frame.human_label_map or frame.label_map
            before = wire.decode_label_map(stored, None, classes)
            label_map = wire.decode_label_map(
                file.read_bytes(), (before.shape[0], before.shape[1]), classes
            )
        except WireError as error:
            raise ValueError(f"{file}: {error}; nothing was imported") from error
        if np.array_equal(label_map, before) and (frame.human_label_map or not checked):
            unchanged += 1
        else:
            labels[frame.request_id] = wire.encode_label_map(label_map)
    buffer.keep_human_labels(labels)
    return Imported(taken=len(labels), unchanged=unchanged, strange=tuple(strange))
