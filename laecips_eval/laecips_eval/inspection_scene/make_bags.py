"""Maker of the inspection bags: in two processes, all or nothing, with a check of the hashes."""

from __future__ import annotations

import platform
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from laecips_edge.core.image.codecs import encode_jpeg, encode_png

from laecips_eval.bags import BagError
from laecips_eval.bags.reader import joined_digest, open_bag
from laecips_eval.bags.writer import BagWriter
from laecips_eval.inspection_scene.bag_recipes import (
    MAIN,
    MAIN_PATROL,
    PATROL,
    PATROL_STREAM,
    SEGMENTS,
    SHIFT,
    STREAM,
    BagRecipe,
)
from laecips_eval.inspection_scene.view.drive import Drive
from laecips_eval.inspection_scene.view.patrol import Patrol

Progress = Callable[[int, int], None]
"""Called with (frames done, frames in total)."""

_CHUNK = 90  # frames per task: a task draws its panel first, and a bag needs several tasks


def ensure_main_bag(
    directory: str | Path, *, drive: str, seed: int = 0, progress: Progress | None = None
) -> Path:
    """Return the inspection main bag of a drive; if it is missing, make it and check its hash.

    Args:
        directory: parent folder of the bag; the bag's name holds drive, seed and length.
        drive: `shift` or `patrol`.
        seed: seed of the panels; 0 is the published bag, whose hash is known.
        progress: called with (frames done, frames in total).

    Returns:
        Path of the bag.

    Raises:
        BagError: the bag cannot be written.

    Warns:
        UserWarning: the frames differ from the published ones; the message names the segments.
    """
    recipe, name = (MAIN_PATROL, "inspection-patrol") if drive == PATROL else (MAIN, "inspection")
    return ensure_bag(Path(directory), name, recipe.seeded(seed), progress=progress)


def ensure_bag(
    directory: Path,
    name: str,
    recipe: BagRecipe,
    *,
    progress: Progress | None = None,
    processes: int = 2,
) -> Path:
    """Return the bag of a recipe; see `ensure_main_bag`.

    The name holds the expected hash, so a newer version of the scene makes a new bag. An existing
    bag is not checked again.
    """
    mark = f"-{recipe.expected[0][:8]}" if recipe.expected else ""
    path = directory / f"{name}-seed{recipe.seed}-{recipe.frames}{mark}"
    if path.exists():
        return path
    try:
        make_bag(path, recipe, progress=progress, processes=processes)
    except OSError as error:
        # Another process may have finished the same bag first.
        if path.exists():
            return path
        raise BagError(
            f"{path} cannot be written: {error}: free some space or choose another folder"
        ) from error
    problem = difference(path, recipe)
    if problem:
        warnings.warn(problem, UserWarning, stacklevel=3)
    return path


def make_bag(
    path: Path, recipe: BagRecipe, *, progress: Progress | None = None, processes: int = 2
) -> None:
    """Draw a recipe's frames and write them as a bag at `path`."""
    tasks = list(_tasks(recipe))
    done = 0
    with (
        BagWriter(path, legend=recipe.legend, rate_hz=recipe.rate_hz) as bag,
        # Spawn, not fork: the caller may have threads of ROS or of torch.
        ProcessPoolExecutor(min(processes, len(tasks)), mp_context=get_context("spawn")) as pool,
    ):
        # Submit only a few tasks ahead, so that finished ones do not fill the memory.
        waiting: list[Future[list[tuple[bytes, bytes]]]] = []
        for number in range(len(tasks) + processes):
            if number < len(tasks):
                waiting.append(pool.submit(_draw, recipe, *tasks[number]))
            if number >= processes:
                for picture, truth in waiting.pop(0).result():
                    bag.add(picture, truth)
                    done += 1
                    if progress:
                        progress(done, recipe.frames)


def difference(path: Path, recipe: BagRecipe) -> str | None:
    """Return one line on how a bag's frames differ from the recipe's; None if they are equal."""
    if not recipe.expected:
        return None
    digests = open_bag(path).digests()
    found = recipe_hashes(digests, recipe)
    if found == recipe.expected:
        return None
    names = [
        segment.name
        for segment, ours, theirs in zip(
            recipe.segments, found[1:], recipe.expected[1:], strict=True
        )
        if ours != theirs
    ]
    return (
        f"{path}: the frames of {', '.join(names)} are not the published ones "
        f"({found[0][:12]} instead of {recipe.expected[0][:12]}), drawn with OpenCV "
        f"{cv2.__version__}, numpy {np.__version__}, {platform.machine()}: the bag plays, "
        "but its results cannot be compared with published ones; install the versions pinned in "
        "requirements/lock.txt and remove the bag to draw it again"
    )


def recipe_hashes(digests: list[bytes], recipe: BagRecipe) -> tuple[str, ...]:
    """Return the hash of the whole bag, then one per segment, as in `BagRecipe.expected`."""
    parts = [digests[segment.start : segment.stop] for segment in recipe.segments]
    return (joined_digest(digests), *(joined_digest(part) for part in parts))


def draw_frame(recipe: BagRecipe, index: int) -> tuple[np.ndarray, np.ndarray]:
    """Return picture and label map of one frame of a recipe's bag, before JPEG."""
    for number, segment in enumerate(recipe.segments):
        if segment.start <= index < segment.stop:
            return _drive(recipe, number).frame(index - segment.start)
    raise IndexError(f"the bag has {recipe.frames} frames, there is no frame {index}")


def _tasks(recipe: BagRecipe) -> Iterator[tuple[int, int]]:
    """Yield (start, stop) of the tasks; each lies in one segment."""
    for segment in recipe.segments:
        for start in range(segment.start, segment.stop, _CHUNK):
            yield start, min(segment.stop, start + _CHUNK)


def _draw(recipe: BagRecipe, start: int, stop: int) -> list[tuple[bytes, bytes]]:
    cv2.setNumThreads(1)  # the processes are the parallelism
    encoded = []
    for index in range(start, stop):
        image, label = draw_frame(recipe, index)
        encoded.append((encode_jpeg(image, recipe.jpeg_quality), encode_png(label)))
    return encoded


@lru_cache(maxsize=2)
def _drive(recipe: BagRecipe, number: int) -> Drive | Patrol:
    """Return the drive through the segment of this number."""
    segment, seed = recipe.segments[number], recipe.seed
    frames = segment.stop - segment.start
    if recipe.drive == SHIFT:
        return Drive(STREAM, seed, number, frames=frames, drift=SEGMENTS[number][1])
    return Patrol(
        PATROL_STREAM,
        seed,
        number,
        frames=frames,
        bursts=[
            replace(it, start=it.start - segment.start, stop=it.stop - segment.start)
            for it in recipe.bursts
            if segment.start <= it.start < segment.stop
        ],
        drifted=(segment.start / recipe.frames, segment.stop / recipe.frames),
    )
