"""What an operator may order of one robot's models: go to a version, stay there, follow again."""

from typing import Any

from laecips_edge.core.frame.running_pair import RunningPair
from laecips_edge.core.inference.load_pair import Assemble, load_pair
from laecips_edge.core.update.model_store import ModelStore
from laecips_edge.core.update.slots import Slot
from laecips_edge.core.update.trial import Trial


class OperatorOrders:
    """Obeys at once, once what runs is judged. For the thread of the model link.

    Each order returns one line that says what happened, and raises ValueError or OSError with one
    that says why not.

    Args:
        store: the robot's models on disk.
        running: the pair that looks at frames.
        trial: ended by an order.
        assemble: puts networks on the engine.
        logger: the node's.
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
        """Let a version that is kept here run; 0: the highest below the running one."""
        self._trial.judge()
        slot = self._kept(version)
        if self._runs(slot):
            raise ValueError(f"version {slot.version} runs already")
        return self._go_to(slot)

    def pin(self, version: int) -> str:
        """The same, and take no updates until unpinned, across restarts too."""
        self._trial.judge()
        slot = self._kept(version)
        if not self._runs(slot):
            self._go_to(slot)
        self._store.pin(slot.version)
        return self._said(f"pinned to version {slot.version}: updates wait until it is unpinned")

    def unpin(self) -> str:
        """Follow updates again."""
        if self._store.memory.pin is None:
            return "is not pinned"
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
