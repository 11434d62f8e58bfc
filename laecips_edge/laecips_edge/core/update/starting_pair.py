"""Choose the pair that a robot starts with: its parameter `bundle`, or a newer one in its store."""

from typing import Any

from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.load_pair import Assemble, load_pair
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.signing.trusted_keys import TrustedKeys
from laecips_edge.core.update.model_store import ModelStore
from laecips_edge.core.update.slots import Slot, read_slots, why_untrusted
from laecips_edge.core.update.store_state import BASE


def open_store(
    folder: str, *, robot: str, base: Bundle, logger: Any, trusted: TrustedKeys | None = None
) -> ModelStore | None:
    """Open the robot's model store.

    Args:
        folder: folder of all stores.
        robot: name of the robot.
        base: bundle of the parameter `bundle`.
        logger: logger of the node.
        trusted: keys of which one must have signed an update; None: any is taken, after a line in
            the log.

    Returns:
        The store; None if it cannot be used, after a line in the log.
    """
    try:
        store = ModelStore(folder, robot=robot, base=base, trusted=trusted)
    except OSError as error:
        logger.warning(
            f"model updates are not followed: {error.filename or folder}: {error.strerror}"
        )
        return None
    if store.problem:
        logger.error(store.problem)
    if trusted is None:
        logger.warning(
            "model updates are not signed: this robot runs what any trainer that reaches it "
            "offers; name the trainer's key (parameter update_keys, docs/signing.md)"
        )
    for slot in read_slots(store.folder):
        if why := why_untrusted(slot, trusted):
            logger.error(f"version {slot.version} of the model store does not run: {why}")
    return store


def starting_pair(
    store: ModelStore | None, base: Bundle, *, assemble: Assemble, logger: Any
) -> tuple[Segmenter, Segmenter | None]:
    """Load the best pair that runs on this machine, and record it in the store.

    Args:
        store: the robot's model store; None if it has none.
        base: bundle of the parameter `bundle`.
        assemble: puts networks on the engine.
        logger: logger of the node.

    Returns:
        The pair; and, if that is still on trial, the previous pair, else None.

    Raises:
        BundleError: not even the base loads.
        EngineError: the engine cannot run the base.
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
    """Record the bundle that starts; return the previous one if the trial is not over."""
    if slot.name != BASE:
        logger.info(f"version {slot.version} of the model store runs: {slot.path}")
    if store.memory.pin not in (None, slot.version):
        logger.error(
            f"pinned to version {store.memory.pin}, which is not in the model store or does not run"
        )
    try:
        store.started(slot)
    except OSError as error:
        # A full disk must not keep the robot from segmenting.
        logger.warning(f"model store: {error}")
    return store.before if store.on_trial else None


def _before(slot: Slot | None, base: Bundle, assemble: Assemble) -> Segmenter | None:
    """Load the pair that the one on trial is compared with; None if there is none or it fails."""
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
