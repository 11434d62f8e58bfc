"""The protocols of mask generators, and their creation by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.masks import Masks
from laecips_cloud.plugins import Plugins


class MaskGeneratorError(ValueError):
    """A generator cannot be created; the message says what, where and what to do."""


class MaskGenerator(Protocol):
    """Cuts pictures into class-less masks.

    An entry point in the group `laecips.mask_generators` offers such a class. Its constructor takes
    keyword arguments of the types str, int, float and bool, each with a default: the generator's
    options.
    """

    def generate(self, rgb: NDArray[np.uint8]) -> Masks:
        """Cut one picture; called by one thread at a time.

        Args:
            rgb: uint8 [H, W, 3], RGB, of any size.

        Returns:
            Masks or a partition, at the size of the picture.
        """
        ...


@runtime_checkable
class PromptedGenerator(MaskGenerator, Protocol):
    """A generator that uses the class scorer's scores to cut better."""

    def generate_with(self, rgb: NDArray[np.uint8], scores: NDArray[np.float32]) -> Masks:
        """Cut one picture with its scores; see `generate`.

        Args:
            rgb: uint8 [H, W, 3], RGB, of any size.
            scores: the class scorer's scores, float32 [M, H, W].
        """
        ...


@runtime_checkable
class BatchMaskGenerator(MaskGenerator, Protocol):
    """A generator that takes several pictures at a time, such as those of several robots."""

    def prepare_batches(self, most: int) -> int:
        """Prepare for several pictures at a time; called once, before `generate_batch`.

        Args:
            most: largest number of pictures at a time, at least 1.

        Returns:
            The number that it takes, 1 to `most`; 1 if batches do not work.
        """
        ...

    def generate_batch(
        self,
        pictures: Sequence[NDArray[np.uint8]],
        scores: Sequence[NDArray[np.float32]],
    ) -> list[Masks]:
        """Cut several pictures, each as `generate` or `generate_with` does.

        Called by one thread at a time.

        Args:
            pictures: uint8 [H, W, 3] each, RGB, of any size; at most as `prepare_batches` returned.
            scores: the class scorer's scores of each, float32 [M, H, W].

        Returns:
            Masks or a partition for each picture.
        """
        ...


def largest_that_fits(most: int, fits: Callable[[int], bool]) -> int:
    """Return the first of `most`, its half, the half of that, ..., that fits into memory.

    Args:
        most: largest number of pictures at a time, at least 1.
        fits: tests whether that many fit; not called with 1.
    """
    size = most
    while size > 1 and not fits(size):
        size //= 2
    return size


_PLUGINS: Final = Plugins(
    "laecips.mask_generators", kind="mask generator", error=MaskGeneratorError
)


def create_mask_generator(name: str, options: Mapping[str, str] | None = None) -> MaskGenerator:
    """Create a generator.

    Args:
        name: of an entry point in the group `laecips.mask_generators`.
        options: the generator's own options, as text.

    Raises:
        MaskGeneratorError: the name or an option is unknown, a value cannot be read, or the
            generator lacks a requirement.

    Example:
        >>> create_mask_generator("graph", {"scale": "100"})  # doctest: +ELLIPSIS
        <laecips_cloud.mask_generators.graph.GraphMaskGenerator object at ...>
    """
    generator: MaskGenerator = _PLUGINS.create(name, options or {})
    return generator
