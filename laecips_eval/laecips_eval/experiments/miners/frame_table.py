"""What f and F make of each frame of a bag, and how each policy ranks them: computed once, kept.

All curves and figures of the experiment are sums over rows of this table. Data-set mIoU needs no
label maps: intersections and unions of single frames add up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from laecips_edge.core.atomic_files import write_whole
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Shares = NDArray[np.float64]

_SCORE = "score "  # prefix of the scores' names in the file


@dataclass(frozen=True, kw_only=True, eq=False)
class FrameTable:
    """One row per frame, in bag order; N frames, M classes.

    A class's intersection is the number of pixels that have it in truth and answer; its union, in
    truth or answer. Pixels without a true class (255) count in neither.

    Attributes:
        classes: names of the classes, [M].
        stamps_ns: stamps in nanoseconds, int64 [N].
        segments: name of the segment, str [N]; empty outside of all.
        disturbances: name of the disturbance, str [N]; empty for routine.
        f_intersections, f_unions: of f's label map, in pixels, int64 [N, M].
        cloud_intersections, cloud_unions: of F's label map, likewise.
        scores: trust in [0, 1] by policy, float64 [N]; low goes to the cloud first.
    """

    classes: tuple[str, ...]
    stamps_ns: Counts
    segments: NDArray[np.str_]
    disturbances: NDArray[np.str_]
    f_intersections: Counts
    f_unions: Counts
    cloud_intersections: Counts
    cloud_unions: Counts
    scores: Mapping[str, Shares]

    def __post_init__(self) -> None:
        """Raise ValueError if a column has another length or another number of classes."""
        frames, classes = len(self.stamps_ns), len(self.classes)
        for name in ("segments", "disturbances"):
            _require(name, getattr(self, name), (frames,))
        for name in ("f_intersections", "f_unions", "cloud_intersections", "cloud_unions"):
            _require(name, getattr(self, name), (frames, classes))
        for name, score in self.scores.items():
            _require(_SCORE + name, score, (frames,))

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.stamps_ns)

    @property
    def f_iou(self) -> Shares:
        """Mean IoU of f on each frame, in [0, 1], float64 [N]; nan without a labelled pixel."""
        return _frame_iou(self.f_intersections, self.f_unions)

    @property
    def cloud_iou(self) -> Shares:
        """Mean IoU of F on each frame, in [0, 1], float64 [N]; nan without a labelled pixel."""
        return _frame_iou(self.cloud_intersections, self.cloud_unions)

    @property
    def gain(self) -> Shares:
        """The true gain of each frame, F's IoU minus f's, in [-1, 1], float64 [N]."""
        return self.cloud_iou - self.f_iou

    def miou(self, sent: NDArray[np.bool_]) -> float:
        """Return the data-set mIoU of what is published if these frames go to the cloud.

        Args:
            sent: whether F answers the frame instead of f, bool [N].

        Returns:
            The mean over the classes that occur, in [0, 1]; nan without a labelled pixel.
        """
        chosen = np.asarray(sent, bool)[:, None]
        hits = np.where(chosen, self.cloud_intersections, self.f_intersections).sum(axis=0)
        union = np.where(chosen, self.cloud_unions, self.f_unions).sum(axis=0)
        return float(_frame_iou(hits[None], union[None])[0])

    def only(self, rows: NDArray[np.bool_]) -> FrameTable:
        """Return the table of some frames, rows bool [N]."""
        return FrameTable(
            classes=self.classes,
            **{name: getattr(self, name)[rows] for name in _COLUMNS},
            scores={name: score[rows] for name, score in self.scores.items()},
        )

    def save(self, path: Path) -> None:
        """Write or replace a file (npz without objects).

        Raises:
            OSError: the file cannot be written.
        """
        file = BytesIO()
        columns: dict[str, Any] = {"classes": np.array(self.classes, np.str_)}
        columns |= {name: getattr(self, name) for name in _COLUMNS}
        columns |= {_SCORE + name: score for name, score in self.scores.items()}
        np.savez_compressed(file, **columns)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, file.getvalue())

    @staticmethod
    def load(path: Path) -> FrameTable:
        """Read a file of `save`.

        Raises:
            ValueError: it is no such file.
            OSError: it cannot be read.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                columns = {name: file[name] for name in file.files}
            return FrameTable(
                classes=tuple(str(name) for name in columns["classes"]),
                **{name: columns[name] for name in _COLUMNS},
                scores={
                    name.removeprefix(_SCORE): column
                    for name, column in columns.items()
                    if name.startswith(_SCORE)
                },
            )
        except (KeyError, ValueError, EOFError, BadZipFile) as error:
            raise ValueError(f"{path}: no table of frames ({error}); remove it") from error


def joined(tables: Sequence[FrameTable]) -> FrameTable:
    """Return the rows of some tables, one after the other.

    Args:
        tables: at least one.

    Raises:
        ValueError: they differ in their classes or policies.
    """
    first = tables[0]
    for table in tables[1:]:
        if table.classes != first.classes or set(table.scores) != set(first.scores):
            raise ValueError("tables of frames: they differ in their classes or policies")
    return FrameTable(
        classes=first.classes,
        **{name: np.concatenate([getattr(it, name) for it in tables]) for name in _COLUMNS},
        scores={name: np.concatenate([it.scores[name] for it in tables]) for name in first.scores},
    )


_COLUMNS = (
    "stamps_ns",
    "segments",
    "disturbances",
    "f_intersections",
    "f_unions",
    "cloud_intersections",
    "cloud_unions",
)


def _frame_iou(hits: Counts, union: Counts) -> Shares:
    """Return the mean over the classes with a union; float64 [N], nan where none has one."""
    iou = np.divide(hits, union, out=np.zeros(hits.shape), where=union > 0)
    there = (union > 0).sum(axis=1)
    return np.divide(iou.sum(axis=1), there, out=np.full(len(hits), np.nan), where=there > 0)


def _require(name: str, column: NDArray[np.generic], shape: tuple[int, ...]) -> None:
    if column.shape != shape:
        raise ValueError(
            f"table of frames: {name} has the shape {list(column.shape)} instead of {list(shape)}"
        )
