"""A bag under a drift: each read changes the pictures, and moves the truth with the camera."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

import numpy as np
from laecips_edge.core.image.codecs import encode_png
from laecips_edge.core.image.image_messages import image_fields
from numpy.typing import NDArray

from laecips_eval.bags import Bag, BagError, BagWriter, Legend, Segment
from laecips_eval.bags.pictures import BagFrame, CompressedPicture, RawPicture
from laecips_eval.drift.perturb import Perturbation
from laecips_eval.drift.plan import DriftPlan, plan
from laecips_eval.drift.recipe import DriftRecipe

LabelMap = NDArray[np.uint8]
Progress = Callable[[int, int], None]


class DriftedBag(Bag):
    """A bag as a camera would have recorded it under a drift.

    Frames with all dials at 0 are as recorded, byte for byte; of the others raw pictures are rgb8,
    compressed ones JPEG. Stamps stay. The segments are those of the drift.

    Args:
        bag: the recorded bag.
        recipe: the drift.

    Raises:
        DriftError: the segments do not fit the bag.
        BagError: the bag is damaged.
    """

    def __init__(self, bag: Bag, recipe: DriftRecipe) -> None:
        super().__init__(bag.path, bag.image_topic)
        self._recorded = bag
        stamps = self._stamps if recipe.unit == "seconds" else None
        self._perturbation = Perturbation(plan(recipe, len(bag), stamps_ns=stamps))

    @property
    def plan(self) -> DriftPlan:
        """The drift, laid over the frames."""
        return self._perturbation.plan

    def frames(self) -> Iterator[BagFrame]:
        """Yield all pictures in recorded order; a picture that cannot be read stays as it is."""
        for index, frame in enumerate(self._recorded.frames()):
            yield self._drifted(index, frame) if self._perturbation.touches(index) else frame

    def truth(self) -> Mapping[int, LabelMap]:
        """Return the label maps by stamp, moved with the camera."""
        return _MovedTruth(self._recorded.truth(), self)

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names; empty where the bag does not name them."""
        return self._recorded.classes

    @property
    def palette(self) -> tuple[tuple[int, int, int], ...]:
        """One (R, G, B) colour per class; empty where the bag does not name its classes."""
        return self._recorded.palette

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments of the drift."""
        return self.plan.segments

    @property
    def disturbances(self) -> tuple[Segment, ...]:
        """The disturbances of the recorded bag."""
        return self._recorded.disturbances

    @property
    def drift(self) -> str:
        """The recipe as JSON."""
        return self.plan.recipe.to_json()

    def moved(self, stamp_ns: int, label: LabelMap) -> LabelMap:
        """Return the label map of the picture with a stamp, moved with the camera."""
        return self._perturbation.label(self._places[stamp_ns], label)

    @cached_property
    def _stamps(self) -> list[int]:
        return [frame.stamp_ns for frame in self._recorded.frames()]

    @cached_property
    def _places(self) -> Mapping[int, int]:
        return {stamp_ns: index for index, stamp_ns in enumerate(self._stamps)}

    def _drifted(self, index: int, frame: BagFrame) -> BagFrame:
        try:
            rgb = frame.rgb()
        except BagError:
            return frame
        payload: CompressedPicture | RawPicture
        if self.kind == "compressed":
            payload = CompressedPicture("jpeg", self._perturbation.jpeg(index, rgb))
        else:
            fields = image_fields(self._perturbation.pixels(index, rgb), "rgb8")
            payload = RawPicture(**fields | {"data": fields["data"].tobytes()})
        return frame._replace(payload=payload)


def write_drifted_bag(bag: DriftedBag, path: Path, *, progress: Progress) -> int:
    """Write a bag as it is under its drift, with the stamps and the topic of the recorded one.

    Args:
        bag: the bag.
        path: folder to create; it must not exist.
        progress: called with (frames done, frames in all).

    Returns:
        Number of frames with truth.

    Raises:
        BagError: the bag is damaged, or the new one cannot be written.
    """
    legend = Legend(bag.classes, bag.palette, bag.segments, bag.disturbances)
    truth, labels = bag.truth(), 0
    raw = bag.kind == "raw"
    with BagWriter(path, legend=legend, image_topic=bag.image_topic, raw=raw) as writer:
        for index, frame in enumerate(bag.frames()):
            label = truth.get(frame.stamp_ns)
            writer.copy(frame, None if label is None else encode_png(label))
            labels += label is not None
            progress(index + 1, len(bag))
    return labels


class _MovedTruth(Mapping[int, LabelMap]):
    """The label maps of a bag, moved on look-up."""

    def __init__(self, truth: Mapping[int, LabelMap], bag: DriftedBag) -> None:
        self._truth, self._bag = truth, bag

    def __getitem__(self, stamp_ns: int) -> LabelMap:
        return self._bag.moved(stamp_ns, self._truth[stamp_ns])

    def __iter__(self) -> Iterator[int]:
        return iter(self._truth)

    def __len__(self) -> int:
        return len(self._truth)
