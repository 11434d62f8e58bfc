"""One bundle for each edge network that is compared, trained where it is missing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from laecips_cloud.export.bundle_export import export_bundle
from laecips_cloud.networks import MinerNetwork, create_edge_network
from laecips_cloud.training.data.labelled_frames import LabelledFrame, LabelledFrames
from laecips_cloud.training.steps.train_segmenter import SegmenterRecipe, train_segmenter
from laecips_edge.core.bundle.bundle import Bundle

Progress = Callable[[str], None]

_MINER_WIDTH = 0.5  # as `laecips train` has it
_AGREEMENT_FRAMES = 3


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What every network gets, so that they can be compared.

    Attributes:
        seconds: processor time of f's training, so that other load costs no network its steps.
        input_size: (height, width) that robots run at.
        seed: seed of weights, order and augmentation.
    """

    seconds: float
    input_size: tuple[int, int] = (360, 480)
    seed: int = 0


class Candidates:
    """The bundles of a folder, a missing one trained: an interrupted experiment goes on there.

    h is not trained: it is in the bundles for its time and its bytes.

    Args:
        folder: that holds the bundles.
        frames: the frames to train on.
        budget: of each training.
        progress: called with lines for people.
    """

    def __init__(
        self, folder: Path, frames: LabelledFrames, budget: Budget, *, progress: Progress
    ) -> None:
        self._folder, self._frames, self._budget = folder, frames, budget
        self._progress = progress
        self._read: Sequence[LabelledFrame] = ()

    def bundle(self, architecture: str) -> Bundle:
        """Return the bundle of an architecture.

        Raises:
            ValueError: the architecture is not known, or the bundle there had another budget.
        """
        path = self._folder / architecture.replace(":", "-").replace("/", "-")
        if not path.exists():
            self._train(architecture, path)
        bundle = Bundle.load(path)
        if bundle.manifest.training != self._training():
            raise ValueError(
                f"{path}: was trained otherwise, {bundle.manifest.training}; give another folder "
                "(--models), or the same --seconds"
            )
        return bundle

    def _training(self) -> dict[str, object]:
        return {
            "frames": len(self._frames),
            "seconds": self._budget.seconds,
            "seed": self._budget.seed,
        }

    def _train(self, architecture: str, path: Path) -> None:
        budget, classes = self._budget, self._frames.classes
        torch.manual_seed(budget.seed)
        f = create_edge_network(architecture, classes=len(classes))
        if not self._read:
            self._progress(f"reading {len(self._frames)} frames")
            self._read = [self._frames[index] for index in range(len(self._frames))]
        train_segmenter(
            f,
            self._read,
            recipe=SegmenterRecipe(
                input_size=budget.input_size,
                steps=1_000_000,  # the time ends it
                seconds=budget.seconds,
                seed=budget.seed,
            ),
            clock=time.process_time,
            progress=lambda line: self._progress(f"{architecture}: {line}"),
        )
        export_bundle(
            f,
            MinerNetwork(classes=len(classes), width=_MINER_WIDTH).eval(),
            path,
            name="inspection",
            classes=classes,
            palette=self._frames.palette,
            input_size=budget.input_size,
            delta=0.5,
            beta=1.0,
            agreement_images=[frame.image for frame in self._read[:_AGREEMENT_FRAMES]],
            training=self._training(),
        )
