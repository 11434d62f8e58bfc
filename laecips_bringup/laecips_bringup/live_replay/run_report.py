"""Assembly and writing of a live run's report, at its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from laecips_cloud.console import progress_bar
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_eval.bags import Bag
from laecips_eval.bags.unreadable import first_unreadable
from laecips_eval.inspection_scene.classes import CLASSES, DEFECTS
from laecips_eval.offline_replay.untrained import score_untrained
from laecips_eval.reports.output_names import FINDINGS, FRAMES, LIBRARY, PAGE, REPORT
from laecips_eval.reports.page.html_report import write_html_report
from laecips_eval.reports.page.kept_findings import kept_findings
from laecips_eval.reports.report import ProcessFigures, Report, write_report
from laecips_eval.reports.report_table import report_table
from laecips_eval.reports.run_setup import LIVE, describe_bag, held_out_trust, run_setup
from laecips_eval.scoring.frame_gallery import Gallery, GalleryFrame
from laecips_eval.scoring.frame_log import write_rows
from laecips_eval.scoring.run_figures import UpdateFigures
from laecips_eval.scoring.scoreboard import Scoreboard
from laecips_eval.scoring.updates import Swap, model_bytes, updates_of
from rich.console import Console

from laecips_bringup.live_replay.link_watch import LinkWatch

DEFECT_CLASSES = tuple(CLASSES[index] for index in DEFECTS)
"""Set off from the others on the page, where a bundle has them."""


class RunReport:
    """The report, frame log and page of one run.

    Args:
        out: output folder.
        bag: the played bag.
        bundle: the bundle at the start of the run.
        rate: speed relative to the recording.
        trained: whether there was a trainer, with its library in `out`.
        command: command line that repeats the run.
        console: terminal output.
    """

    def __init__(
        self,
        *,
        out: Path,
        bag: Bag,
        bundle: Bundle,
        rate: float,
        trained: bool,
        command: str,
        console: Console,
    ) -> None:
        self._out = out
        self._bag = bag
        self._bundle = bundle
        self._rate = rate
        self._trained = trained
        self._command = command
        self._console = console

    def write(
        self,
        board: Scoreboard,
        *,
        gallery: Gallery,
        swaps: list[Swap],
        parameters: Mapping[str, Any],
        usage: Mapping[str, Mapping[str, float]],
        complete: bool,
        say: Callable[[str], None],
        link: LinkWatch | None = None,
        cloud_ms: float = 0.0,
        models: int = 0,
        taught: int = 0,
    ) -> Report:
        """Score the remaining frames and write all files.

        Args:
            board: scoreboard of the run.
            gallery: label maps of some hard frames.
            swaps: the robot's reports of model updates.
            parameters: parameters of the nodes, by node name.
            usage: usage of the processes, by name.
            complete: whether the whole bag was played.
            say: called with a line for the user.
            link: the link between robot and cloud, if there is one.
            cloud_ms: the cloud's work on a frame.
            models: bytes of models that came over the link.
            taught: bytes of frames that were kept during a cut and sent later.

        Returns:
            The report; it is shown where it cannot be written.

        Raises:
            OSError: the report cannot be written.
        """
        edge = EdgeSettings.from_parameters(parameters["edge"])
        updates = self._updates(board, swaps, say)
        with progress_bar("f without training, for comparison", console=self._console) as progress:
            score_untrained(
                board,
                self._bag,
                bundle=self._bundle,
                edge=edge,
                progress=progress,
            )
        if rejected := board.stamps_of_rejected():
            board.add_rejection(first_unreadable(self._bag, rejected))
        report = Report(
            complete=complete,
            bag=describe_bag(self._bag),
            setup=run_setup(mode=LIVE, rate=self._rate, bundle=self._bundle, parameters=parameters),
            **dict(
                board.measured(
                    model_bytes=model_bytes(swaps),
                    held_out_trust=held_out_trust(self._bundle, edge),
                )
            ),
            updates=updates,
            processes={name: ProcessFigures(**figures) for name, figures in usage.items()},
            knowledge=board.knowledge_age(updates),
        )
        rows = board.rows()
        if link is not None:
            figures = link.figures(
                rows,
                up=report.bytes.up,
                down=report.bytes.down,
                models=models,
                taught=taught,
                edge_ms=report.latency_ms.edge.p50 or 0.0,
                cloud_ms=cloud_ms,
            )
            report = report.model_copy(update={"link": figures})
        try:
            write_rows(self._out / FRAMES, rows)
            write_report(self._out / REPORT, report)
            manifest = self._bundle.manifest
            write_html_report(
                self._out / PAGE,
                report=report,
                rows=rows,
                gallery=self._pictures(gallery),
                palette=manifest.palette,
                defects=[name for name in DEFECT_CLASSES if name in manifest.classes],
                kept=kept_findings(self._out / FINDINGS),
                command=self._command,
            )
        except OSError:
            # The run is over and cannot be repeated exactly: show at least what was measured.
            self._console.print(report_table(report))
            raise
        return report

    def _updates(
        self, board: Scoreboard, swaps: list[Swap], say: Callable[[str], None]
    ) -> list[UpdateFigures]:
        if not self._trained:
            return []
        try:
            return updates_of(self._out / LIBRARY, swaps=swaps, first_frames=board.first_frames())
        except (OSError, ValueError) as error:
            say(f"note: no updates in the report: {error}")
            return []

    def _pictures(self, gallery: Gallery) -> list[GalleryFrame]:
        wanted = {frame.stamp_ns: frame for frame in gallery.chosen()}
        truth = self._bag.truth()
        return [
            wanted[frame.stamp_ns].with_picture(frame.rgb(), truth.get(frame.stamp_ns))
            for frame in (self._bag.frames() if wanted else ())
            if frame.stamp_ns in wanted
        ]
