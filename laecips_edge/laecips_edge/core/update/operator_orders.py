"""An operator's orders to one robot: roll back to a version, pin a version, unpin."""

from typing import Any

from laecips_edge.core.frame.running_pair import RunningPair
from laecips_edge.core.inference.load_pair import Assemble, load_pair
from laecips_edge.core.update.model_store import ModelStore
from laecips_edge.core.update.slots import Slot
from laecips_edge.core.update.trial import Trial


class OperatorOrders:
    """Carries out orders. For the thread of the model link.

    `roll_back` and `pin` judge the running pair's trial first. Each order returns one line with the
    result, or raises ValueError or OSError with one line that says why it is refused.

    Args:
        store: the robot's model store.
        running: the pair that labels frames.
        trial: the running pair's trial; an order that swaps the pair cancels it.
        assemble: puts networks on the engine.
        logger: logger of the node.
    """

    def __init__(
        self,
        *,
        store: ModelStore,
        running: RunningPair,
        trial: Trial,
        assemble: Assemble,
        logger: Any,
    ) -> None:
        self._store = store
        self._running = running
        self._trial = trial
        self._assemble = assemble
        self._logger = logger

    def roll_back(self, version: int) -> str:
        """Run a version of the model store; 0: the highest below the running version."""
        self._trial.judge()
        slot = self._kept(version)
        if self._runs(slot):
            raise ValueError(f"version {slot.version} runs already")
        return self._go_to(slot)

    def pin(self, version: int) -> str:
        """Run a version as `roll_back` does, and hold updates until it is unpinned.

        The pin outlasts restarts of the node.
        """
        self._trial.judge()
        slot = self._kept(version)
        if not self._runs(slot):
            self._go_to(slot)
        self._store.pin(slot.version)
        return self._said(f"pinned to version {slot.version}: updates wait until it is unpinned")

    def unpin(self) -> str:
        """Follow updates again."""
        if self._store.memory.pin is None:
            return "this robot is not pinned"
        self._store.pin(None)
        return self._said("unpinned: updates are followed again")

    def _go_to(self, slot: Slot) -> str:
        pair = self._running.prepare(load_pair(slot.path, assemble=self._assemble))
        self._store.return_to(slot)
        self._trial.cancel()
        self._running.put(pair)
        return self._said(f"version {slot.version} runs")

    def _kept(self, version: int) -> Slot:
        slots, runs = self._store.slots(), self._running.current.manifest.version
        for slot in slots:
            if slot.version == version or (version == 0 and slot.version < runs):
                return slot
        here = ", ".join(str(slot.version) for slot in slots)
        what = f"version {version}" if version else f"version before {runs}"
        raise ValueError(f"no {what} is kept here, only {here}")

    def _runs(self, slot: Slot) -> bool:
        return slot.manifest_sha256 == self._store.running.manifest_sha256

    def _said(self, line: str) -> str:
        self._logger.info(f"an operator's order: {line}")
        return line
