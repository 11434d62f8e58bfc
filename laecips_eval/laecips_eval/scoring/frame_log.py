"""The frame log: one CSV row per frame, for figures and for comparing two runs."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from laecips_cloud.metrics import LabelMap
from laecips_edge.core.atomic_files import whole_file


@dataclass(frozen=True, kw_only=True)
class FrameRow:
    """The outcome of one frame; a field is None where its value is unknown.

    Attributes:
        stamp_ns: the image's stamp in nanoseconds.
        index: position in the bag, from 0.
        source: edge, cloud or edge_fallback; None for a dropped frame.
        reason: reason of a fallback, else none.
        trust: h in [0, 1].
        delta: threshold of h, in [0, 1].
        hard: whether the frame is hard, that is, h does not exceed delta.
        audit: whether the frame is easy but was uploaded as an audit.
        latency_ms: milliseconds from the player's publish to the runner's receipt.
        bytes_up: request payload of a hard frame; 0 for an audit, which is uploaded after its
            answer. Only the report's `bytes.up` includes audits.
        bytes_down: response payload in bytes.
        version: version of the pair (f, h) that processed the frame.
        iou: mean IoU of the published label map, in [0, 1].
        iou_now: mean IoU of f's own label map.
        iou_untrained: mean IoU of the first pair's f (f without training).
        trust_untrained: h of the first pair, in [0, 1].
        checksum: CRC-32 of the published label map.
        checksum_now: CRC-32 of f's own label map.
        agreement: share of pixels to which f and F gave the same class, in [0, 1]; only of frames
            that the cloud answered.
    """

    stamp_ns: int
    index: int | None = None
    source: str | None = None
    reason: str | None = None
    trust: float | None = None
    delta: float | None = None
    hard: bool | None = None
    audit: bool | None = None
    latency_ms: float | None = None
    bytes_up: int | None = None
    bytes_down: int | None = None
    version: int | None = None
    iou: float | None = None
    iou_now: float | None = None
    iou_untrained: float | None = None
    trust_untrained: float | None = None
    checksum: int | None = None
    checksum_now: int | None = None
    agreement: float | None = None

    @property
    def went_up(self) -> bool:
        """Whether the frame was uploaded, hard or as an audit."""
        return bool(self.bytes_up) or bool(self.audit)


_RENAMED: Final = {"trust": "confidence", "trust_untrained": "confidence_untrained"}
_COLUMNS: Final = {field.name: _RENAMED.get(field.name, field.name) for field in fields(FrameRow)}
"""Column of the file by field of `FrameRow`, in the order of the file."""

_READERS: dict[str, Any] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": lambda text: {"True": True, "False": False}[text],
}
_TYPES = {field.name: str(field.type).partition(" ")[0] for field in fields(FrameRow)}


def checksum(label_map: LabelMap) -> int:
    """Return the CRC-32 of a label map, uint8 [H, W]; it is the same on every machine."""
    return zlib.crc32(label_map.tobytes())


def write_rows(path: Path, rows: Iterable[FrameRow]) -> None:
    """Write rows as CSV with a header; floats keep every digit. Replace `path` atomically.

    Raises:
        OSError: the file cannot be written.
    """
    with whole_file(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS.values())
        writer.writerows(asdict(row).values() for row in rows)


def read_rows(path: Path) -> list[FrameRow]:
    """Read a file that `write_rows` wrote.

    Raises:
        ValueError: a line cannot be read; the message names file and line.
        OSError: the file cannot be opened.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = []
        for line in reader:
            try:
                rows.append(
                    FrameRow(
                        **{name: _value(name, line[column]) for name, column in _COLUMNS.items()}
                    )
                )
            except (KeyError, ValueError, TypeError) as error:
                raise ValueError(
                    f"{path}, line {reader.line_num}: not a row of a frame log ({error}); "
                    "replay the bag again to write it anew"
                ) from error
    return rows


def _value(name: str, text: str) -> Any:
    return None if text == "" else _READERS[_TYPES[name]](text)
