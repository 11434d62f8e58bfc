"""What every training of a trainer has in common."""

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
    """See the module.

    Attributes:
        buffer: the replay buffer's file.
        max_lessons: so many of its newest frames are a training's lessons.
        source: folder of labelled source frames,
        source_frames: of which at most so many are used.
        engine: that pairs are examined on.
        settings: how it is trained and judged.
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
        """The job of a version that was just drawn; its seed is like no other's."""
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
        """Writes down the job of a training that begins now, and gives its version.

        Args:
            library: of the versions.
            trigger: what asked for it.
            last_row: number of the newest row of the replay buffer that it reads.
            now_ns, after: see `ModelLibrary.begin`.
        """

        def write_job(ledger: VersionLedger, version: int) -> None:
            job = self.job(ledger, version=version, trigger=trigger, last_row=last_row)
            job.write(library.job_folder(version))

        return library.begin(write_job, trained_to=last_row, now_ns=now_ns, after=after)
