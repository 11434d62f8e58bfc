"""What all trainings of one trainer have in common, and the job of each made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from laecips_cloud.library.model_library import ModelLibrary
from laecips_cloud.library.version_ledger import VersionLedger
from laecips_cloud.trainer.job import TrainingJob
from laecips_cloud.training.online.settings import SEEDS, OnlineTraining


@dataclass(frozen=True, kw_only=True)
class JobTemplate:
    """A job without version, parent, trigger and last row, which each training adds.

    Attributes:
        buffer: the replay buffer's file.
        max_lessons: most frames of the replay buffer that one training reads, the newest ones.
        source: folder of labelled source frames.
        source_frames: most source frames that are used.
        engine: inference engine that examines the pairs.
        settings: how a pair is trained and judged.
    """

    buffer: Path
    max_lessons: int
    source: Path
    source_frames: int
    engine: str
    settings: OnlineTraining

    def job(
        self, ledger: VersionLedger, *, version: int, trigger: str, last_row: int
    ) -> TrainingJob:
        """Return the job of a version that is already in the ledger.

        Args:
            ledger: has an entry for `version`.
            version: number of the new pair; added to the seed, so that each training has its own.
            trigger: what started the training.
            last_row: number of the newest row of the replay buffer that the training reads.
        """
        parent = ledger.entries[version].parent
        return TrainingJob(
            version=version,
            parent=parent,
            given=ledger.given_below(parent),
            good=tuple(ledger.good),
            trigger=trigger,
            rows=self.max_lessons,
            last_row=last_row,
            buffer=str(self.buffer.absolute()),
            source=str(self.source.absolute()),
            source_frames=self.source_frames,
            engine=self.engine,
            settings=replace(self.settings, seed=(self.settings.seed + version) % SEEDS),
        )

    def begin(
        self,
        library: ModelLibrary,
        *,
        trigger: str,
        last_row: int,
        now_ns: int,
        after: Callable[[VersionLedger], VersionLedger] = lambda ledger: ledger,
    ) -> int:
        """Write the job of a training that starts now, and record it in the ledger.

        Args:
            library: holds the versions and their ledger.
            trigger: what started the training.
            last_row: number of the newest row of the replay buffer that the training reads.
            now_ns: see `ModelLibrary.begin`.
            after: see `ModelLibrary.begin`.

        Returns:
            The new version's number.
        """

        def write_job(ledger: VersionLedger, version: int) -> None:
            job = self.job(ledger, version=version, trigger=trigger, last_row=last_row)
            job.write(library.job_folder(version))

        return library.begin(write_job, trained_to=last_row, now_ns=now_ns, after=after)
