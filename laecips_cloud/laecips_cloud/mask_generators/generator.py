"""What every mask generator can do, and how one is made by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from laecips_cloud.masks import Masks
from laecips_cloud.plugins import Plugins


class MaskGeneratorError(ValueError):
    """A generator that cannot be made; the message says what, where and what to do."""


class MaskGenerator(Protocol):
    """Cuts pictures into masks that know no classes.

    A class that does this is offered by an entry point in the group `laecips.mask_generators`. Its
    constructor takes keyword arguments of the types str, int, float and bool, each with a default:
    they are the generator's options.
    """

    def generate(self, rgb: NDArray[np.uint8]) -> Masks:
        """Cuts one picture; called by one thread at a time.

        Args:
            rgb: uint8 [H, W, 3], RGB, of any size.

        Returns:
            Masks or a partition of the size of the picture.
        """
        ...


@runtime_checkable
class PromptedGenerator(MaskGenerator, Protocol):
    """One that cuts better where it knows what the class scorer thinks."""

    def generate_with(self, rgb: NDArray[np.uint8], scores: NDArray[np.float32]) -> Masks:
        """Cuts one picture, see `generate`.

        Args:
            rgb: uint8 [H, W, 3], RGB, of any size.
            scores: float32 [M, H, W], the class scorer's.
        """
        ...


@runtime_checkable
class BatchMaskGenerator(MaskGenerator, Protocol):
    """One that takes several pictures at a time, those of several robots say."""

    def prepare_batches(self, most: int) -> int:
        """Makes ready for several pictures at a time; called once, before `generate_batch`.

        Args:
            most: pictures at a time that there may be, at least 1.

        Returns:
            How many it takes, 1 to most; 1 where batches do not work.
        """
        ...

    def generate_batch(
        self,
        pictures: Sequence[NDArray[np.uint8]],
        scores: Sequence[NDArray[np.float32]],
    ) -> list[Masks]:
        """Cuts several pictures, each as `generate` or `generate_with` would.

        Called by one thread at a time.

        Args:
            pictures: each uint8 [H, W, 3], RGB, of any size; 1 to what `prepare_batches` gave.
            scores: the class scorer's of each, float32 [M, H, W].

        Returns:
            Masks or a partition for each.
        """
        ...


def largest_that_fits(most: int, fits: Callable[[int], bool]) -> int:
    """How many pictures at a time: most, or its half, or the half of that, ..., as memory allows.

    Args:
        most: pictures at a time that there may be, at least 1.
        fits: whether so many do, by trial; not asked about one.
    """
    size = most
    while size > 1 and not fits(size):
        size //= 2
    return size


_PLUGINS: Final = Plugins(
    "laecips.mask_generators", kind="mask generator", error=MaskGeneratorError
)


def create_mask_generator(name: str, options: Mapping[str, str] | None = None) -> MaskGenerator:
    """Makes a generator.

    Args:
        name: of an entry point in the group `laecips.mask_generators`.
        options: the generator's own options, as text.

    Raises:
        MaskGeneratorError: the name or an option is not known, a value cannot be read, or the
            generator lacks what it needs.

    Example:
        >>> create_mask_generator("graph", {"scale": "100"})  # doctest: +ELLIPSIS
        <laecips_cloud.mask_generators.graph.GraphMaskGenerator object at ...>
    """
    generator: MaskGenerator = _PLUGINS.create(name, options or {})
    return generator
