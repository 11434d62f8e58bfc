"""Settings of a first training, and how its time limit is divided among the stages."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from laecips_edge.core.image.tiling import Tiling

from laecips_cloud.networks import create_edge_network
from laecips_cloud.training.steps.train_segmenter import SegmenterRecipe

# Shares of the time limit; the rest is for running f and F over the rows.
_TIME_OF_F, _TIME_OF_FOLDS, _TIME_OF_H = 0.45, 0.30, 0.10


def as_json(settings: Any) -> dict[str, Any]:
    """Return the settings of a training, a dataclass, as JSON's types: lists for tuples."""
    return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(settings).items()}


@dataclass(frozen=True, kw_only=True)
class FirstTraining:
    """Settings of a first training.

    Attributes:
        input_size: (height, width) of f's input, in pixels.
        tiles: (rows, columns) of tiles of that size into which robots cut a picture; of several,
            sides of more than 32 pixels and multiples of f's stride.
        network: f's architecture, see `create_edge_network`.
        width: width multiplier of f; None: the usual one of `network`.
        teacher: name of the teacher that answers for the cloud, whose gain h learns; "": F has f's
            scores.
        weights: file of weights that each f begins with, see `take_weights`; "": random ones.
        miner_width: width multiplier of h.
        folds: k, number of folds, at least 2; 0: h is trained on held-out frames alone, of which
            there must be enough.
        steps: steps of f.
        light: share of the pictures that f sees in another light, see `SegmenterRecipe.relit`.
        fold_share: share of `steps` that each fold's f takes, in (0, 1].
        miner_steps: steps of h.
        minutes: approximate time limit of the training; None: no limit, and reproducible.
        variants: drifted variants (other light, moved camera) of each frame, which h is trained on
            and delta is fitted on.
        seed: seed of initial weights, order and augmentation.
    """

    input_size: tuple[int, int] = (360, 480)
    tiles: tuple[int, int] = (1, 1)
    network: str = "rfnet"
    width: float | None = None
    weights: str = ""
    teacher: str = ""
    miner_width: float = 0.5
    folds: int = 3
    steps: int = 2000
    light: float = SegmenterRecipe.relit
    fold_share: float = 0.25
    miner_steps: int = 400
    minutes: float | None = None
    variants: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError for the first setting that is out of range."""
        for name, bad in [
            ("input_size", min(self.input_size) < 32),
            ("tiles", min(self.tiles) < 1 or not self._can_be_joined()),
            ("width", self.width is not None and not self.width > 0),
            ("miner_width", not self.miner_width > 0),
            ("folds", self.folds < 2 and self.folds != 0),
            ("steps", self.steps < 1),
            ("light", not 0 <= self.light <= 1),
            ("fold_share", not 0 < self.fold_share <= 1),
            ("miner_steps", self.miner_steps < 1),
            ("minutes", self.minutes is not None and not self.minutes > 0),
            ("variants", self.variants < 0),
        ]:
            if bad:
                raise ValueError(f"first training: {name} is {getattr(self, name)}: out of range")

    @property
    def tiling(self) -> Tiling:
        """The tiles, and the size that a picture is brought to before it is cut."""
        return Tiling(self.input_size, self.tiles)

    @property
    def seconds_of_f(self) -> float:
        """Time limit of f in seconds."""
        return self._seconds(_TIME_OF_F)

    @property
    def seconds_of_a_fold(self) -> float:
        """Time limit of one fold's f in seconds."""
        return self._seconds(_TIME_OF_FOLDS / max(1, self.folds))

    @property
    def seconds_of_h(self) -> float:
        """Time limit of h in seconds."""
        return self._seconds(_TIME_OF_H)

    def as_json(self) -> dict[str, Any]:
        """Return the settings as JSON's types."""
        return as_json(self)

    def _can_be_joined(self) -> bool:
        if max(self.tiles) == 1:
            return True
        f = create_edge_network(self.network, classes=2, width=self.width)
        return self.tiling.can_be_joined(f.stride)

    def _seconds(self, share: float) -> float:
        return math.inf if self.minutes is None else self.minutes * 60.0 * share
