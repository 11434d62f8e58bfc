"""The trainer's decisions: start trainings, record their results, carry out operators' orders.

No ROS and no threads: the node calls `advance` periodically, and the other methods when a message
or an order arrives. Each decision is written to the library's ledger before it is carried out, so
that a restarted trainer continues from there, however the last one ended.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from laecips_edge.core.atomic_files import remove_folder

from laecips_cloud.library.model_library import ModelLibrary
from laecips_cloud.library.version_ledger import VersionLedger
from laecips_cloud.replay_buffer.replay_frame import HumanLabels, Waiting
from laecips_cloud.replay_buffer.watch import ReplayWatch
from laecips_cloud.trainer.calm_check import CalmCheck
from laecips_cloud.trainer.job import TrainingJob
from laecips_cloud.trainer.job_template import JobTemplate
from laecips_cloud.trainer.triggers import FEWEST_FRAMES, OPERATOR, Triggers
from laecips_cloud.trainer.worker_process import WorkerProcess

MOST_DEATHS: Final = 5
"""Deaths of the worker in one training after which it is refused: memory is probably too small."""

LONGEST_WAIT_S: Final = 60.0
"""Longest wait before a dead worker is started again; it doubles with each death. A worker that has
lived so long without a training is well again."""

_MOST_DOUBLINGS: Final = 10


class Trainer:
    """Decides what is trained and offered. For one thread.

    Args:
        library: holds the versions, and the ledger that the trainer acts by.
        worker: the process that trains.
        watch: counts the new frames of the replay buffer.
        triggers: when to train.
        recipe: the job of each training, without what differs between trainings.
        keep_versions: how many old versions stay on the disk, see `ModelLibrary.tidy`.
        now_ns: returns the node's clock in nanoseconds.
        steady_s: returns a monotonic clock in seconds.
        logger: has info, warning and error.
    """

    def __init__(
        self,
        *,
        library: ModelLibrary,
        worker: WorkerProcess,
        watch: ReplayWatch,
        triggers: Triggers,
        recipe: JobTemplate,
        keep_versions: int,
        now_ns: Callable[[], int],
        steady_s: Callable[[], float],
        logger: Any,
    ) -> None:
        self.trouble = ""
        """Why training makes no progress; empty if it does."""
        self.waiting: Waiting | None = None
        """Frames since the last training; None if the replay buffer does not exist yet."""
        self.labelled = HumanLabels(0, 0)
        """Frames in the replay buffer that people labelled."""
        self._library = library
        self._worker = worker
        self._watch = watch
        self._triggers = triggers
        self._calm = CalmCheck(watch, manifest_of=library.manifest)
        self._recipe = recipe
        self._keep_versions = keep_versions
        self._now_ns = now_ns
        self._steady_s = steady_s
        self._logger = logger
        self._progress = ""
        self._result: dict[str, Any] = {}  # the worker's last message `done` or `failed`
        self._left: dict[int, str] = {}  # versions that robots left, and why: not yet recorded
        self._deaths = 0
        self._started_s = 0.0
        self._not_before_s = 0.0

    @property
    def activity(self) -> str:
        """What the trainer does or waits for, one line for people."""
        ledger, version = self._library.ledger, self._library.ledger.in_training
        if ledger.paused:
            waits = f", then the training of version {version} continues" if version else ""
            return f"paused until it is resumed{waits}"
        if version:
            parent = ledger.entries[version].parent
            return f"version {version} from {parent}: {self._progress or 'starting the worker'}"
        if self.waiting is None:
            return self._watch.problem or f"waiting for the replay buffer {self._watch.path}"
        return self._triggers.waits_for(
            new=self.waiting.frames, since_s=self._since_s(), calm=self._calm.calm
        )

    def start(self) -> None:
        """Get ready: `advance` starts the worker, and continues an interrupted training."""
        self._library.record(lambda ledger: ledger.count_from(self._now_ns()))
        self._deaths, self._not_before_s = 0, 0.0

    def stop(self) -> None:
        """Stop the worker; the next `start` continues its training."""
        self._worker.stop()
        self._watch.close()
        self._progress = ""

    def advance(self) -> None:
        """Record reports and results, and start a training if one is due. Call periodically.

        Raises:
            OSError: the ledger or a job cannot be written, as on a full disk; call again later.
        """
        self._take_reports()
        self._leave_bad_parent()
        for message in self._worker.hear():
            self._hear(message)
        self._take_result()
        self._let_work()
        self._forget_deaths()
        ledger = self._library.ledger
        self.waiting = self._watch.since(ledger.trained_to)
        self.labelled = self._watch.human_labels()
        if self._watch.problem:
            self.trouble = self._watch.problem
        elif not self._deaths:
            self.trouble = ""
        if self.waiting is None or ledger.in_training or ledger.paused:
            return
        waiting = self.waiting
        trigger = self._triggers.due(
            new=waiting.frames,
            since_s=self._since_s(),
            is_calm=lambda: self._calm.look(waiting, trained_to=ledger.trained_to),
        )
        if trigger:
            self._begin(trigger, waiting.newest)

    def train_now(self) -> str:
        """Start a training with the frames there are, by an operator's order.

        Returns:
            One line for the operator.

        Raises:
            ValueError: training is paused or under way, or there are too few frames.
        """
        ledger, everything = self._library.ledger, self._watch.since(0)
        if ledger.paused:
            raise ValueError("training is paused: resume it first")
        if ledger.in_training:
            raise ValueError(f"version {ledger.in_training} is being trained already")
        if everything is None:
            raise ValueError(self._watch.problem or f"no replay buffer {self._watch.path} yet")
        if everything.frames < FEWEST_FRAMES:
            raise ValueError(
                f"the replay buffer has {everything.frames} frames, {FEWEST_FRAMES} are needed"
            )
        version = self._begin(OPERATOR, everything.newest)
        return f"version {version} is trained from {ledger.parent}"

    def pause(self, paused: bool) -> str:
        """Pause training, also across restarts, or resume it, by an operator's order.

        Args:
            paused: True: pause; False: resume.

        Returns:
            One line for the operator.
        """
        self._library.record(lambda ledger: ledger.pause(paused))
        if paused:
            self._worker.stop()
            self._progress = ""
        return "paused until it is resumed" if paused else "training goes on"

    def order(self, version: int, *, pin: bool) -> str:
        """Offer a version by an operator's order, and pin it if asked; see `ModelLibrary.order`.

        Returns:
            One line for the operator.
        """
        self._library.order(version, pin=pin)
        offered = self._library.ledger.offered
        what = "pinned, nothing else is offered" if pin else "offered, later promotions will be too"
        return f"version {offered} is {what}"

    def unpin(self) -> str:
        """Offer the newest good version again, by an operator's order.

        Returns:
            One line for the operator.
        """
        if not self._library.ledger.pinned:
            return "nothing is pinned"
        self._library.record(lambda ledger: ledger.unpin())
        return f"unpinned: version {self._library.ledger.offered} is offered"

    def roll_back(self, version: int, *, robot: str, reason: str) -> None:
        """Hear that a robot went back from a version; `advance` records it, the first time.

        Args:
            version: the version that the robot gave up.
            robot: name of the robot.
            reason: why it went back, one line.
        """
        if version in self._library.ledger.entries:
            self._left.setdefault(version, f"robot {robot} went back from it: {reason}")

    def _since_s(self) -> float:
        return max(0.0, (self._now_ns() - self._library.ledger.trained_ns) / 1e9)

    def _begin(
        self,
        trigger: str,
        last_row: int,
        after: Callable[[VersionLedger], VersionLedger] = lambda ledger: ledger,
    ) -> int:
        version = self._recipe.begin(
            self._library,
            trigger=trigger,
            last_row=last_row,
            now_ns=self._now_ns(),
            after=after,
        )
        parent = self._library.ledger.entries[version].parent
        self._logger.info(f"version {version} is trained from {parent}: trigger {trigger}")
        self._deaths, self._result = 0, {}
        self._worker.train(version)
        return version

    def _let_work(self) -> None:
        """Start the worker if it does not run, before frames come: it loads torch for seconds."""
        ledger = self._library.ledger
        if self._worker.runs or ledger.paused or self._steady_s() < self._not_before_s:
            return
        self._worker.start()
        self._started_s = self._steady_s()
        if ledger.in_training:
            self._worker.train(ledger.in_training)

    def _hear(self, message: dict[str, Any]) -> None:
        if "progress" in message:
            self._progress = str(message["progress"])
        elif "done" in message or "failed" in message:
            self._result = message
        elif "died" in message:
            self._deaths += 1
            self._progress = ""
            doublings = min(self._deaths - 1, _MOST_DOUBLINGS)
            wait = min(LONGEST_WAIT_S, 2.0**doublings - 1)
            self._not_before_s = self._steady_s() + wait
            self.trouble = f"the worker died ({message['died']}) and is started again"
            self._logger.error(self.trouble)
            if self._deaths >= MOST_DEATHS:
                died = f"the worker died {self._deaths} times, the last time with {message['died']}"
                self._result = {"failed": died}

    def _forget_deaths(self) -> None:
        lived_s = self._steady_s() - self._started_s
        if self._worker.runs and lived_s > LONGEST_WAIT_S and not self._library.ledger.in_training:
            self._deaths = 0

    def _take_reports(self) -> None:
        """Record the versions that robots left; each is kept until it is on the disk."""
        for version, why in list(self._left.items()):
            before = self._library.ledger
            self._library.record(partial(VersionLedger.roll_back, version=version, reason=why))
            if self._library.ledger is not before:
                offered = self._library.ledger.offered
                self._logger.warning(f"version {version} rolled back, {offered} is offered: {why}")
            del self._left[version]

    def _take_result(self) -> None:
        version = self._library.ledger.in_training
        if not self._result or not version:
            self._result = {}
            return
        done = self._result.get("done", {})
        reason = done.get("reason") or f"no training: {self._result.get('failed')}"
        train_s = float(done.get("train_s", 0.0))
        if done.get("promoted"):
            newest = int(done.get("newest_lesson_ns", 0))
            self._library.record(
                lambda it: it.promote(
                    version, reason=reason, train_s=train_s, newest_lesson_ns=newest
                )
            )
            self._logger.info(f"version {version} promoted: {reason}")
        else:
            self._library.record(lambda it: it.refuse(version, reason=reason, train_s=train_s))
            self._logger.warning(f"version {version} refused: {reason}")
        self._result, self._progress, self._deaths = {}, "", 0
        remove_folder(self._library.job_folder(version))
        self._library.tidy(self._keep_versions)

    def _leave_bad_parent(self) -> None:
        """Restart the training under way from a good parent if its own is no longer good.

        This also mends what a death between the two steps has left.
        """
        ledger = self._library.ledger
        version = ledger.in_training
        if not version or ledger.entries[version].parent in ledger.good:
            return
        self._worker.stop()
        reason = f"its parent {ledger.entries[version].parent} is not used any more"
        folder = self._library.job_folder(version)
        job = TrainingJob.read(folder)
        self._begin(job.trigger, job.last_row, lambda it: it.refuse(version, reason=reason))
        remove_folder(folder)
