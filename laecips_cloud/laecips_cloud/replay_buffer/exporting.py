"""Frames of a replay buffer as files: pictures, label maps, confidence, COCO annotations."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from urllib.parse import quote

from laecips_edge.core.atomic_files import write_whole
from laecips_edge.core.image.codecs import encode_png
from laecips_edge.core.link import wire
from laecips_edge.core.link.wire_error import WireError

from laecips_cloud.replay_buffer.coco import CocoWriter
from laecips_cloud.replay_buffer.replay_frame import ReplayFrame

IMAGES: Final = "images"
LABELS: Final = "labels"
CONFIDENCE: Final = "confidence"
ANNOTATIONS: Final = "annotations.json"

_PNG: Final = b"\x89PNG"
_LONGEST_NAME: Final = 150  # bytes; with an ending, any file system takes it


def export_frames(frames: Iterable[ReplayFrame], folder: Path, *, classes: tuple[str, ...]) -> int:
    """Write frames into a folder, for labelling; `import_labels` reads the corrected label maps.

    Pictures are written as the robot sent them, label maps (a person's if there is one) and
    confidence maps as 8-bit PNG.

    Args:
        frames: frames of a replay buffer.
        folder: made if it does not exist.
        classes: names, in the order of the labels.

    Returns:
        The number of frames.

    Raises:
        ValueError: a stored map is damaged.
        OSError: a file cannot be written.
    """
    for name in (IMAGES, LABELS, CONFIDENCE):
        (folder / name).mkdir(parents=True, exist_ok=True)
    coco, count = CocoWriter(classes), 0
    for frame in frames:
        name, picture = file_name_of(frame.request_id), picture_name_of(frame)
        label_map = frame.human_label_map or frame.label_map
        try:
            labels = wire.decode_label_map(label_map, None, len(classes))
            confidence = wire.decode_confidence_map(frame.confidence_map, labels.shape[:2])
        except WireError as error:
            raise ValueError(
                f"frame {frame.request_id!r}: {error}; leave the frame out by --since or --until"
            ) from error
        (folder / IMAGES / picture).write_bytes(frame.picture)
        (folder / LABELS / f"{name}.png").write_bytes(encode_png(labels, areas=True))
        (folder / CONFIDENCE / f"{name}.png").write_bytes(encode_png(confidence, areas=True))
        by = "person" if frame.human_label_map else "cloud"
        coco.add(picture, labels, request_id=frame.request_id, labelled_by=by)
        count += 1
    write_whole(folder / ANNOTATIONS, json.dumps(coco.content).encode())
    return count


def file_name_of(request_id: str) -> str:
    """Return a request's file name without ending; different requests get different names.

    Example:
        >>> file_name_of("robot/12")
        'robot%2F12'
    """
    name = quote(request_id, safe=" ()+,=@")
    name = name.replace(".", "%2E") if name.startswith(".") else name
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[:_LONGEST_NAME]}-{hashlib.sha256(request_id.encode()).hexdigest()[:16]}"


def picture_name_of(frame: ReplayFrame) -> str:
    """Return the name of the picture's file, with its ending."""
    ending = "png" if frame.picture.startswith(_PNG) else "jpg"
    return f"{file_name_of(frame.request_id)}.{ending}"
