"""The findings of a log's folder, for people and tools."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from laecips_edge.core.findings.finding import Finding, from_record, to_record
from laecips_edge.core.findings.finding_keeper import STARTED
from laecips_edge.core.findings.finding_log import LINES, parts_of, read_lines
from laecips_edge.core.findings.finding_tracker import FindingState
from laecips_edge.core.findings.label_regions import Box


@dataclass(frozen=True, kw_only=True)
class FindingPicture:
    """The picture of a finding's best look.

    Attributes:
        path: the JPEG file.
        stamp_ns: stamp of its frame, in nanoseconds.
        crop_box: what of the frame it shows: left, top, width and height, in pixels.
        box: box of the finding in the frame, likewise.
        contour: outline of the finding in the frame, corners (x, y).
        area: number of pixels of the finding.
    """

    path: Path
    stamp_ns: int
    crop_box: Box
    box: Box
    contour: tuple[tuple[int, int], ...]
    area: int


@dataclass(frozen=True, kw_only=True)
class KeptFinding:
    """A finding of a log.

    Attributes:
        finding: as its last line has it.
        closed: whether it is closed.
        frame_id: frame of its camera.
        frame_size: height and width of its frames, in pixels.
        largest: largest area that a line has, in pixels.
        picture: its picture; None if there is none.
    """

    finding: Finding
    closed: bool
    frame_id: str
    frame_size: tuple[int, int]
    largest: int
    picture: FindingPicture | None

    def record(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        picture = self.picture
        return {
            "state": "closed" if self.closed else "open",
            **to_record(self.finding),
            "largest_px": self.largest,
            "frame_id": self.frame_id,
            "size": list(self.frame_size),
            "picture": None if picture is None else str(picture.path),
        }


@dataclass(frozen=True, kw_only=True)
class FindingArchive:
    """What a folder has.

    Attributes:
        findings: by id.
        broken: lines that cannot be read, as a killed process or a full disk leaves them.
    """

    findings: Sequence[KeptFinding]
    broken: int


def read_archive(folder: Path) -> FindingArchive:
    """Read the log of a folder.

    Raises:
        ValueError: the folder has no log; one line.
        OSError: a file cannot be read.
    """
    if not folder.is_dir():
        raise ValueError(f"{folder} is not a folder: give the one that findings.folder names")
    parts = parts_of(folder)
    cameras = sorted(each.name for each in folder.iterdir() if each.is_dir() and parts_of(each))
    if not parts and cameras:
        raise ValueError(
            f"{folder} is of several cameras: name the folder of one, {', '.join(cameras)}"
        )
    if not parts:
        raise ValueError(f"{folder} has no findings: it has no part such as 000001/{LINES}")
    kept: dict[int, KeptFinding] = {}
    broken = 0
    for part in parts:
        records, wrong = read_lines(part / LINES)
        broken += wrong
        for record in records:
            if record.get("event") == STARTED:
                kept = {number: replace(one, closed=True) for number, one in kept.items()}
                continue
            try:
                one = _read(record, folder, kept.get(record["id"]))
            except (KeyError, TypeError, ValueError):
                broken += 1
                continue
            kept[one.finding.id] = one
    return FindingArchive(findings=[kept[number] for number in sorted(kept)], broken=broken)


def chosen(
    findings: Iterable[KeptFinding],
    *,
    classes: Sequence[str] = (),
    since_ns: int | None = None,
    until_ns: int | None = None,
    only_open: bool = False,
) -> list[KeptFinding]:
    """Return the findings that a choice leaves.

    Args:
        findings: the findings.
        classes: names of their classes; empty: any.
        since_ns: only those last seen at this stamp or later.
        until_ns: only those first seen at this stamp or earlier.
        only_open: only those that are open.

    Raises:
        ValueError: there is no finding of a class; the message names those that there are.
    """
    all_of_them = list(findings)
    names = sorted({one.finding.class_name for one in all_of_them})
    for name in classes:
        if name not in names:
            raise ValueError(f"no finding is a {name!r}: there are {', '.join(names) or 'none'}")
    return [
        one
        for one in all_of_them
        if (not classes or one.finding.class_name in classes)
        and (since_ns is None or one.finding.last_seen_ns >= since_ns)
        and (until_ns is None or one.finding.first_seen_ns <= until_ns)
        and not (only_open and one.closed)
    ]


def _read(record: dict[str, Any], folder: Path, before: KeptFinding | None) -> KeptFinding:
    closed = record["event"] == "closed"
    state = FindingState.CLOSED if closed else FindingState.SEEN
    finding = from_record(record, state)
    height, width = (int(side) for side in record["size"])
    picture = _picture(record, folder) if "picture" in record else None
    if picture is None and before is not None:
        picture = before.picture
    return KeptFinding(
        finding=finding,
        closed=closed,
        frame_id=str(record["frame_id"]),
        frame_size=(height, width),
        largest=max(finding.area, before.largest if before is not None else 0),
        picture=picture,
    )


def _picture(record: dict[str, Any], folder: Path) -> FindingPicture | None:
    path, best = folder / record["picture"], record["best"]
    if not path.is_file() or folder.resolve() not in path.resolve().parents:
        return None
    return FindingPicture(
        path=path,
        stamp_ns=int(best["stamp_ns"]),
        crop_box=_box(best["crop_box"]),
        box=_box(best["box"]),
        contour=tuple((int(x), int(y)) for x, y in best["contour"]),
        area=int(best["area_px"]),
    )


def _box(values: Sequence[Any]) -> Box:
    left, top, width, height = (int(value) for value in values)
    return left, top, width, height
