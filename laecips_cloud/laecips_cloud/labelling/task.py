"""A labelling task: pictures, the first guess in the form of a tool, and why each was chosen."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
from laecips_edge.core.link import wire

from laecips_cloud.labelling import cvat_task, label_studio_task
from laecips_cloud.labelling.guess import Guess
from laecips_cloud.labelling.regions import regions_of
from laecips_cloud.labelling.selection import Choice
from laecips_cloud.replay_buffer.buffer import ReplayBuffer
from laecips_cloud.replay_buffer.exporting import IMAGES, picture_name_of
from laecips_cloud.replay_buffer.replay_frame import ReplayFrame

FRAMES: Final = "frames.csv"

_WRITERS: Final = {"cvat": cvat_task, "label-studio": label_studio_task}
_COLUMNS: Final = (
    *("picture", "request_id", "robot", "received"),
    *("trust", "disagreement", "distance", "why"),
)


def write_task(
    buffer: ReplayBuffer, choices: Sequence[Choice], folder: Path, *, tool: str, background: str
) -> str:
    """Write a task's folder and mark its frames, so that no other task offers them; all or nothing.

    Args:
        buffer: holds the frames.
        choices: the chosen frames, the most useful first.
        folder: made by this; its name is the task's.
        tool: `cvat` or `label-studio`.
        background: class below all others, see `regions_of`; if it is none of the classes, there is
            no such class.

    Returns:
        What to do next in the tool, for people.

    Raises:
        ValueError: the folder exists, a task of its name is open, or a frame is damaged.
        OSError: a file cannot be written.
    """
    if folder.exists():
        raise ValueError(f"{folder}: there already; name another folder")
    draft = folder.parent / f".{folder.name}.new" / folder.name
    shutil.rmtree(draft.parent, ignore_errors=True)
    (draft / IMAGES).mkdir(parents=True)
    try:
        frames = [(choice, _found(buffer, choice.candidate.name)) for choice in choices]
        _write_table(draft / FRAMES, frames)
        classes = buffer.classes()
        below = classes.index(background) if background in classes else None
        writer = _WRITERS[tool]
        guesses = _guesses(draft, frames, classes=len(classes), background=below)
        writer.write(draft, guesses, classes)
        buffer.open_task(folder.name, [frame.request_id for _, frame in frames])
        draft.rename(folder)
    finally:
        shutil.rmtree(draft.parent, ignore_errors=True)
    return writer.NEXT


def _found(buffer: ReplayBuffer, request_id: str) -> ReplayFrame:
    frame = buffer.find(request_id)
    if frame is None:
        raise ValueError(f"{buffer.path}: frame {request_id!r} was removed meanwhile; try again")
    return frame


def _guesses(
    folder: Path,
    frames: Sequence[tuple[Choice, ReplayFrame]],
    *,
    classes: int,
    background: int | None,
) -> Iterator[Guess]:
    """Write the pictures; yield their guesses."""
    for _, frame in frames:
        picture = picture_name_of(frame)
        (folder / IMAGES / picture).write_bytes(frame.picture)
        label_map = wire.decode_label_map(frame.label_map, None, classes)
        size = (label_map.shape[0], label_map.shape[1])
        regions = regions_of(label_map, background=background)
        yield Guess(picture, frame.request_id, size, regions)


def _write_table(path: Path, frames: Sequence[tuple[Choice, ReplayFrame]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(_COLUMNS)
        for choice, frame in frames:
            received = datetime.fromtimestamp(frame.received_ns / 1e9, UTC)
            disagreement = choice.candidate.disagreement
            table.writerow(
                [
                    picture_name_of(frame),
                    frame.request_id,
                    frame.robot,
                    f"{received:%Y-%m-%dT%H:%M:%SZ}",
                    f"{choice.candidate.trust:.3f}",
                    "" if np.isnan(disagreement) else f"{disagreement:.4f}",
                    "" if np.isinf(choice.distance) else f"{choice.distance:.3f}",
                    choice.why,
                ]
            )
