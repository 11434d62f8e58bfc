"""A new pair on trial: exchanged, watched, and kept or rolled back.

What does harm is decided in `core/swap_watch.py`, what is on the disk in `core/model_store.py`.
"""

import time
from collections.abc import Callable
from typing import Any

from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.frame.frame_history import FrameHistory
from laecips_edge.core.frame.running_pair import Pair, RunningPair
from laecips_edge.core.link.model_update import UpdateOutcome, UpdateReport
from laecips_edge.core.update.model_store import ModelStore
from laecips_edge.core.update.slots import Slot
from laecips_edge.core.update.swap_watch import Harm, SwapWatch


class Trial:
    """See the module. For one thread, but for `active`.

    Args:
        store: the robot's models on disk.
        running: the pair that looks at frames.
        history: what it says of them.
        frames: of a new pair that are watched; may be changed, for trials to come.
        tell: publishes a report.
        logger: the node's.
    """

    def __init__(
        self,
        *,
        store: ModelStore,
        running: RunningPair,
        history: FrameHistory,
        frames: int,
        tell: Callable[[UpdateReport], None],
        logger: Any,
    ) -> None:
        self.frames = frames
        self._store = store
        self._running = running
        self._history = history
        self._tell = tell
        self._logger = logger
        self._manifest: Manifest | None = None
        self._watch = SwapWatch([], frames=frames)
        if store.on_trial:
            # Since before the node started. What the pair before said, nobody knows any more, but
            # it can still be asked.
            self._manifest = running.current.manifest

    @property
    def active(self) -> bool:
        """Whether what runs is on trial."""
        return self._manifest is not None

    def begin(self, pair: Pair, slot: Slot) -> float:
        """Exchange the running pair from the next frame on.

        Args:
            pair: the new one, tested.
            slot: where it lies.

        Returns:
            Milliseconds for which the inference thread could have been kept.

        Raises:
            OSError: the disk; the pair of before runs on.
        """
        # On the disk first: whatever ends the process now, it starts with one of the two.
        self._store.begin_trial(slot)
        before = self._history.recent(self._running.current.manifest)
        self._watch = SwapWatch(before, frames=self.frames)
        started_s = time.monotonic()
        self._running.swap(pair)
        self._manifest = pair.manifest
        return 1e3 * (time.monotonic() - started_s)

    def judge(self) -> None:
        """Look at what the pair did since the last call; end the trial where that is enough."""
        manifest = self._manifest
        if manifest is None:
            return
        if self._running.fallen:
            self._roll_back(manifest, self._running.fallen)
            return
        for seen in self._history.unread(manifest):
            self._watch.add(seen)
        suspicions = self._watch.suspicions()
        harm = self._confirmed(suspicions, manifest) if suspicions else None
        if harm is not None:
            self._roll_back(manifest, harm.what)
        elif self._watch.over and self._running.end_trial():
            self._manifest = None
            self._logger.info(f"version {manifest.version} did well and stays")
            try:
                self._store.keep()
            except OSError as error:
                self._logger.error(f"that it stays could not be written: {error}")

    def cancel(self) -> None:
        """Judge no more: an operator decided."""
        self._manifest = None

    def _confirmed(self, suspicions: list[Harm], manifest: Manifest) -> Harm | None:
        """The first suspicion that the pair before confirms on the newest frame."""
        last = self._history.last
        if last is None or last.manifest is not manifest:
            return None
        old = self._running.second_opinion(last.rgb, last.depth, stamp_ns=last.stamp_ns)
        if old is None:
            return None
        new = last.observation
        return next((harm for harm in suspicions if harm.confirmed(new, old.observation)), None)

    def _roll_back(self, manifest: Manifest, reason: str) -> None:
        self._manifest = None
        self._running.go_back()
        version, runs = manifest.version, self._running.current.manifest.version
        self._logger.error(f"version {version} rolled back, {runs} runs again: {reason}")
        try:
            if (before := self._store.before) is not None:
                self._store.roll_back(reason, to=before)
        except OSError as error:
            self._logger.error(f"that version {version} is bad could not be written: {error}")
        self._tell(
            UpdateReport(
                outcome=UpdateOutcome.ROLLED_BACK, version=version, running=runs, reason=reason
            )
        )
