"""The data sets of the experiment: pictures to learn from, and held-out ones to choose by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from laecips_cloud.training.data.drifted_views import views
from laecips_cloud.training.data.labelled_frames import LabelledFrame, LabelledFrames, fitted

from laecips_eval.datasets.inspection import InspectionFrames
from laecips_eval.datasets.training_frames import open_training_frames
from laecips_eval.inspection_scene.view.drift import Drift

INSPECTION: Final = "inspection"

LARGEST: Final = (240, 320)
"""Largest (height, width) that a network is trained at: less than robots use, so that the many
trainings of a table end within two hours on a small machine."""

_FRAMES, _HELD_OUT, _VIEWS = 600, 96, 1
_DRIFTS: Final = (
    Drift(variants=0.5, dimming=0.6, warmth=0.6),
    Drift(variants=0.5, dust=0.6, blur=0.6),
    Drift(variants=0.5, camera=0.7, dimming=0.3),
)
_DRIFTED = 32  # frames of each drift


@dataclass(frozen=True, kw_only=True)
class PictureSet:
    """Pictures of one kind, in memory.

    Attributes:
        name: for people and for the names of files.
        classes: class names.
        frames: to learn from.
        held_out: to measure on, none of them learnt from.
        met: held-out pictures under the drift that the set itself knows; none: it knows none.
        input_size: (height, width) that networks run at.
    """

    name: str
    classes: Sequence[str]
    frames: Sequence[LabelledFrame]
    held_out: Sequence[LabelledFrame]
    met: Sequence[LabelledFrame]
    input_size: tuple[int, int]

    def drifted_views(self) -> Iterator[LabelledFrame]:
        """Yield the held-out pictures in other light and from a moved camera."""
        for variant, image, label in views(self.held_out, variants=_VIEWS, seed=0):
            if variant:
                yield LabelledFrame("", image, label)


def open_set(name: str, roots: Mapping[str, Path]) -> PictureSet:
    """Read or draw a set.

    Args:
        name: `inspection`, or a key of `roots`.
        roots: folders of pictures by name. CamVid's layout has no `train`: of its `pretrain` the
            last quarter is held out, and the drives that are replayed are left alone.

    Raises:
        DatasetError: the folder cannot be used.
    """
    if name == INSPECTION:
        return _inspection()
    camvid = name == "camvid"
    frames, held_out = open_training_frames(
        name if camvid else "folder",
        root=roots[name],
        split="pretrain" if camvid else None,
        held_out="0.25" if camvid else None,
    )
    height, width = frames[0].label.shape
    size = (height, width) if height * width <= LARGEST[0] * LARGEST[1] else LARGEST
    return PictureSet(
        name=name,
        classes=frames.classes,
        frames=[fitted(frame, size) for frame in _read(frames)],
        held_out=_read(held_out),
        met=(),
        input_size=size,
    )


def _inspection() -> PictureSet:
    frames = InspectionFrames("train", count=_FRAMES)
    drifted = (InspectionFrames("held_out", count=_DRIFTED, drift=drift) for drift in _DRIFTS)
    return PictureSet(
        name=INSPECTION,
        classes=frames.classes,
        frames=[fitted(frame, LARGEST) for frame in _read(frames)],
        held_out=_read(InspectionFrames("held_out", count=_HELD_OUT)),
        met=[frame for part in drifted for frame in _read(part)],
        input_size=LARGEST,
    )


def _read(frames: LabelledFrames) -> list[LabelledFrame]:
    return [frames[index] for index in range(len(frames))]
