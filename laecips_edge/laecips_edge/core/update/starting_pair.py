"""Which pair a robot starts with: the bundle it was given, or a newer one of its model store."""

from typing import Any

from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.load_pair import Assemble, load_pair
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.update.model_store import ModelStore
from laecips_edge.core.update.slots import Slot
from laecips_edge.core.update.store_state import BASE


def open_store(folder: str, *, robot: str, base: Bundle, logger: Any) -> ModelStore | None:
    """The robot's model store; None, and a line in the log, where it cannot be used."""
    try:
        store = ModelStore(folder, robot=robot, base=base)
    except OSError as error:
        logger.warning(
            f"model updates are not followed: {error.filename or folder}: {error.strerror}"
        )
        return None
    if store.problem:
        logger.error(store.problem)
    return store


def starting_pair(
    store: ModelStore | None, base: Bundle, *, assemble: Assemble, logger: Any
) -> tuple[Segmenter, Segmenter | None]:
    """The best pair that is here and runs.

    Args:
        store: the robot's models, told what was taken; None where there are none.
        base: the bundle of the parameter `bundle`.
        assemble: puts networks on the engine.
        logger: the node's.

    Returns:
        The pair, and the one before where the first is still on trial.

    Raises:
        BundleError, EngineError: not even the base runs.
    """
    for slot in _candidates(store, logger):
        try:
            pair = _load(slot, base, assemble)
        except ValueError as error:
            if slot.name == BASE:
                raise
            logger.error(f"version {slot.version} of the model store is skipped: {error}")
            continue
        before = _taken(store, slot, logger) if store is not None else None
        return pair, _before(before, base, assemble)
    pair = assemble(base)
    pair.self_test()
    return pair, None


def _candidates(store: ModelStore | None, logger: Any) -> list[Slot]:
    if store is None:
        return []
    try:
        store.count_start()
    except OSError as error:
        logger.warning(f"model store: {error}")
    return list(store.candidates())


def _taken(store: ModelStore, slot: Slot, logger: Any) -> Slot | None:
    """Remembers what was taken; the one before, where that is still on trial."""
    if slot.name != BASE:
        logger.info(f"version {slot.version} of the model store is taken: {slot.path}")
    if store.memory.pin not in (None, slot.version):
        logger.error(f"pinned to version {store.memory.pin}, which is not here or does not run")
    try:
        store.started(slot)
    except OSError as error:
        # A full disk must not take the robot's sight.
        logger.warning(f"model store: {error}")
    return store.before if store.on_trial else None


def _before(slot: Slot | None, base: Bundle, assemble: Assemble) -> Segmenter | None:
    """The pair that the one on trial is held against; None where there is none."""
    try:
        return None if slot is None else _load(slot, base, assemble)
    except ValueError:
        return None


def _load(slot: Slot, base: Bundle, assemble: Assemble) -> Segmenter:
    if slot.name != BASE:
        return load_pair(slot.path, assemble=assemble)
    pair = assemble(base)
    pair.self_test()
    return pair
