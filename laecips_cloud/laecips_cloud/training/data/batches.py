"""Batches of augmented frames, made in a thread while the network trains on the previous one."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Final

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from laecips_cloud.training.data.augment import Geometry, reframe, relight
from laecips_cloud.training.data.labelled_frames import LabelledFrame

MEAN: Final = (0.485, 0.456, 0.406)
STD: Final = (0.229, 0.224, 0.225)
"""Normalisation of the RGB channels of a picture in 0..1, as RFNet was published with."""

_AHEAD: Final = 4  # most finished batches that wait

Batch = tuple[Tensor, Tensor]


def normalise(images: NDArray[np.uint8]) -> Tensor:
    """Return pictures as f's input.

    Args:
        images: uint8 [N, H, W, 3], RGB.

    Returns:
        float32 [N, 3, H, W], normalised by ImageNet's mean and variance; channels-last in memory.
    """
    scale = np.array(STD, np.float32) * 255.0
    shift = np.array(MEAN, np.float32) * 255.0
    # The transposed view of an interleaved array is what torch calls channels-last: no copy.
    scaled = images - shift
    scaled /= scale
    return torch.from_numpy(scaled).permute(0, 3, 1, 2)


class Batches:
    """Endless batches of augmented frames; a context manager that stops its thread.

    Each frame occurs once an epoch, in random order; with weights, frames are drawn by them
    instead. One thread draws all random numbers, so that a seed gives the same batches however
    fast they are taken.
    """

    def __init__(
        self,
        *,
        frames: Sequence[LabelledFrame],
        geometry: Geometry,
        batch: int,
        seed: int,
        weights: Sequence[float] | None = None,
        relit: Sequence[float] | None = None,
        relit_strength: float = 1.0,
    ) -> None:
        """Start the thread.

        Args:
            frames: at least one frame, held in memory.
            geometry: ranges of the warp; its size is the size of the batches.
            batch: N, frames in a batch.
            seed: seed of order and augmentation.
            weights: relative frequency of each frame; None: all equal.
            relit: probability that each frame's picture is relit, in [0, 1]; None: 1.
            relit_strength: how far a relit picture may go, in (0, 1], see `augment.relight`.

        Raises:
            ValueError: there are no frames.
        """
        if not frames:
            raise ValueError("no frames to train on: the data set is empty")
        self._frames, self._geometry, self._batch = frames, geometry, batch
        self._random = np.random.default_rng(seed)
        self._relit, self._relit_strength = relit, relit_strength
        self._weights = None if weights is None else np.asarray(weights, np.float64)
        self._ready: queue.Queue[Batch | BaseException] = queue.Queue(maxsize=_AHEAD)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._fill, name="batches", daemon=True)
        self._thread.start()

    def __enter__(self) -> Batches:
        """Return the batches themselves."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the thread and wait for its end."""
        self._stop.set()
        while self._thread.is_alive():
            try:
                self._ready.get_nowait()
            except queue.Empty:
                self._thread.join(0.01)

    def __iter__(self) -> Iterator[Batch]:
        """Yield (float32 [N, 3, h, w] normalised, int64 [N, h, w]) without end."""
        while True:
            item = self._ready.get()
            if isinstance(item, BaseException):
                raise item
            yield item

    def _fill(self) -> None:
        order = _endless_order(len(self._frames), self._random, self._weights)
        while not self._stop.is_set():
            item: Batch | BaseException
            try:
                item = self._make([next(order) for _ in range(self._batch)])
            except Exception as error:  # raised again where the batch is taken
                item = error
            self._ready.put(item)

    def _make(self, indices: list[int]) -> Batch:
        images, labels = [], []
        for index in indices:
            _, image, label = self._frames[index]
            image, label = reframe(image, label, self._geometry, self._random)
            # Draw no number if `relit` is None, so that earlier seeds still give the same batches.
            lit = self._relit is None or self._random.random() < self._relit[index]
            if lit:
                image = relight(image, self._random, strength=self._relit_strength)
            images.append(image)
            labels.append(label)
        return normalise(np.stack(images)), torch.from_numpy(np.stack(labels)).long()


def _endless_order(
    count: int, random: Generator, weights: NDArray[np.float64] | None
) -> Iterator[int]:
    while True:
        if weights is None:
            yield from random.permutation(count).tolist()
        else:
            yield from random.choice(count, count, p=weights / weights.sum()).tolist()
