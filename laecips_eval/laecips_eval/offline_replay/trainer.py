"""The trainer of a replay without ROS: it trains between two frames, in bag time."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

import cv2
import torch
from laecips_cloud.library.model_library import EXAMS, ModelLibrary
from laecips_cloud.replay_buffer.watch import ReplayWatch
from laecips_cloud.trainer.calm_check import CalmCheck
from laecips_cloud.trainer.run_job import run_job
from laecips_cloud.trainer.source_folder import open_source
from laecips_edge.core.atomic_files import remove_folder
from laecips_edge.core.bundle.bundle import Bundle

from laecips_eval.offline_replay.learning import OfflineLearning
from laecips_eval.offline_replay.model_fetch import ModelFetch


class OfflineTrainer:
    """Trains with the code of the trainer node; a context manager that closes the library.

    It uses one thread, so that the same seed gives the same weights.

    Args:
        bundle: the first pair.
        learning: settings of the training.

    Raises:
        ValueError: the library or the source frames cannot be used.
    """

    def __init__(self, bundle: Bundle, learning: OfflineLearning) -> None:
        open_source(learning.recipe.source, bundle, most=learning.recipe.source_frames)
        self._learning = learning
        self._library = ModelLibrary(learning.library)
        self._library.take_in(bundle)
        self._watch = ReplayWatch(learning.recipe.buffer)
        self._calm = CalmCheck(self._watch, manifest_of=self._library.manifest)
        self._training: tuple[int, Callable[[], None]] | None = None
        self.fetch = ModelFetch(self._library, link=learning.link)
        """What brings the robot the promoted pairs."""
        torch.set_num_threads(1)
        cv2.setNumThreads(1)

    def __enter__(self) -> OfflineTrainer:
        """Return the trainer itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Record the last training, and close library and replay buffer."""
        try:
            if self._training is not None:
                self._training[1]()
        finally:
            self.fetch.close()
            self._watch.close()
            self._library.close()

    def advance(self, now_ns: int) -> Bundle | None:
        """Train if a trigger is due.

        Args:
            now_ns: stamp of the next frame, in nanoseconds.

        Returns:
            The promoted pair that runs from this frame on; None where the pair does not change.

        Raises:
            ValueError: the replay buffer or a bundle cannot be read.
            OSError: a file cannot be written.
        """
        library = self._library
        if not library.ledger.trained_ns:
            library.record(lambda ledger: ledger.count_from(now_ns))
        if self._training is not None and now_ns >= self._training[0]:
            self._training[1]()
            self._training = None
        if (pair := self.fetch.advance(now_ns)) is not None or self._training is not None:
            return pair
        waiting = self._watch.since(library.ledger.trained_to)
        if waiting is None:
            return None
        since_s = (now_ns - library.ledger.trained_ns) / 1e9
        trigger = self._learning.triggers.due(
            new=waiting.frames,
            since_s=since_s,
            is_calm=lambda: self._calm.look(waiting, trained_to=library.ledger.trained_to),
        )
        if trigger:
            self._training = (
                now_ns + round(self._learning.takes_s * 1e9),
                self._train(trigger, last_row=waiting.newest, now_ns=now_ns),
            )
        return None

    def _train(self, trigger: str, *, last_row: int, now_ns: int) -> Callable[[], None]:
        """Train; return what records the verdict, once the time of the training has passed."""
        library = self._library
        version = self._learning.recipe.begin(
            library, trigger=trigger, last_row=last_row, now_ns=now_ns
        )
        folder = library.job_folder(version)
        done: dict[str, Any]
        try:
            done = run_job(folder, library.folder, library.root / EXAMS, lambda line: None)
        except ValueError as error:  # too few frames; the next training has more
            done = {"promoted": False, "reason": f"no training: {error}"}
        remove_folder(folder)
        # The assumed time, not the measured one, so that equal runs give equal ledgers.
        verdict = {"reason": done["reason"], "train_s": self._learning.takes_s}
        if not done["promoted"]:
            return lambda: library.record(lambda ledger: ledger.refuse(version, **verdict))
        newest = done["newest_lesson_ns"]
        return lambda: library.record(
            lambda ledger: ledger.promote(version, **verdict, newest_lesson_ns=newest)
        )
