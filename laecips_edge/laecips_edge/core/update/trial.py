"""The trial of a new pair: swap it in, watch it, then keep it or roll it back.

`swap_watch.py` decides what is harm; `model_store.py` keeps the result on disk.
"""

import time
from collections.abc import Callable
from typing import Any

from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.frame.frame_history import FrameHistory
from laecips_edge.core.frame.running_pair import Pair, RunningPair
from laecips_edge.core.link.model_update import UpdateOutcome, UpdateReport
from laecips_edge.core.malloc_arenas import give_back
from laecips_edge.core.update.model_store import ModelStore
from laecips_edge.core.update.slots import Slot
from laecips_edge.core.update.swap_watch import Harm, SwapWatch


class Trial:
    """The trial of the running pair, if it is on trial. For one thread; `active` for any.

    Args:
        store: the robot's model store.
        running: the pair that labels frames.
        history: observations of the newest frames.
        frames: number of frames to watch; may be changed, and then holds for later trials.
        tell: publishes a report.
        logger: logger of the node.
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
            # The trial began before the node started. The previous pair's observations are lost,
            # but it can still label a frame.
            self._manifest = running.current.manifest

    @property
    def active(self) -> bool:
        """Whether the running pair is on trial."""
        return self._manifest is not None

    def begin(self, pair: Pair, slot: Slot) -> float:
        """Swap the running pair from the next frame on, and begin the new pair's trial.

        Args:
            pair: the new pair, tested.
            slot: its slot in the store.

        Returns:
            Milliseconds for which the swap could have blocked the inference thread.

        Raises:
            OSError: the store cannot be written; the previous pair keeps running.
        """
        # The disk first: after a crash the node starts with one of the two pairs.
        self._store.begin_trial(slot)
        before = self._history.recent(self._running.current.manifest)
        self._watch = SwapWatch(before, frames=self.frames)
        started_s = time.monotonic()
        self._running.swap(pair)
        self._manifest = pair.manifest
        return 1e3 * (time.monotonic() - started_s)

    def judge(self) -> None:
        """Read the frames since the last call; end the trial if they decide it."""
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
            give_back()  # what the previous pair had
            self._logger.info(f"version {manifest.version} passed its trial and stays")
            try:
                self._store.keep()
            except OSError as error:
                self._logger.error(
                    f"model store: the end of version {manifest.version}'s trial is not on disk: "
                    f"{error}"
                )

    def cancel(self) -> None:
        """End the trial without a result, because an operator decided."""
        self._manifest = None

    def _confirmed(self, suspicions: list[Harm], manifest: Manifest) -> Harm | None:
        """Return the first harm that the previous pair confirms on the newest frame, or None."""
        last = self._history.last
        if last is None or last.manifest is not manifest:
            return None
        old = self._running.second_opinion(last.rgb, last.depth, stamp_ns=last.draw_ns)
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
            self._logger.error(
                f"model store: the rollback of version {version} is not on disk: {error}"
            )
        self._tell(
            UpdateReport(
                outcome=UpdateOutcome.ROLLED_BACK, version=version, running=runs, reason=reason
            )
        )
