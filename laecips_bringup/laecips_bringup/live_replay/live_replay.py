"""A live replay: real processes play a bag through edge and cloud; the runner scores answers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.parameter_file import given
from laecips_edge.launching.node_spec import NodeSpec, said
from laecips_edge.launching.transport import SMALL, transport_environment
from laecips_edge.ros.stale_segments import remove_stale_segments
from laecips_eval.bags import Bag
from laecips_eval.bags.result_bag import ResultBag
from laecips_eval.reports.output_names import (
    BUFFER,
    CERTIFICATES,
    FINDINGS,
    FRAMES,
    LIBRARY,
    LOGS,
    MODELS,
    PAGE,
    REPORT,
    RESULT,
    SPOOL,
)
from laecips_eval.reports.report import Report
from laecips_eval.scoring.frame_gallery import Gallery
from laecips_eval.scoring.scoreboard import Scoreboard
from rich.console import Console

from laecips_bringup.graph import graph
from laecips_bringup.live_replay.feeds import Feed, Kind, feeds
from laecips_bringup.live_replay.link_watch import LinkWatch
from laecips_bringup.live_replay.live_view import LiveView
from laecips_bringup.live_replay.monitor import Monitor
from laecips_bringup.live_replay.places import Places, link_nodes, places
from laecips_bringup.live_replay.recorder import Recorder
from laecips_bringup.live_replay.replay_options import ReplayOptions
from laecips_bringup.live_replay.run_checks import CLEARED
from laecips_bringup.live_replay.run_report import RunReport
from laecips_bringup.live_replay.signing import signing_parameters
from laecips_bringup.live_replay.supervisor import Supervisor
from laecips_bringup.played_bag import AS_THE_TRUTH, fixed_engine, open_played_bag
from laecips_bringup.processes.domain import OwnDomain
from laecips_bringup.processes.processes import ProcessError, Processes
from laecips_bringup.processes.this_process import environment

_PATIENCE_S = 15.0
_ROBOT = "robot"


@dataclass(frozen=True, kw_only=True)
class RunOutcome:
    """Outcome of a run.

    Attributes:
        report: the report that was written.
        stopped_by: why the run ended before the bag did; None if the whole bag was played.
    """

    report: Report
    stopped_by: ProcessError | KeyboardInterrupt | None


class Replay:
    """One live run: create it, then call `run()` once.

    Raises:
        ValueError: the bag or the bundle cannot be used, or the pair does not fit.
    """

    def __init__(self, options: ReplayOptions, console: Console) -> None:
        """Check bag and bundle; start no process."""
        self._options = options
        self._console = console
        self._playing = False
        self._bundle = Bundle.load(options.bundle)
        self._bag: Bag = open_played_bag(
            options.bag,
            self._bundle,
            topic=options.bag_topic,
            truth_dir=options.truth_dir,
            perturb=options.perturb,
        )
        bundle, out = str(options.bundle.resolve()), options.out.resolve()
        learning = options.source is not None
        self._shared = shared = graph.Shared(
            engine=options.engine,
            preset=options.preset,
            params_file=options.params_file,
            use_sim_time=False,
            autostart=True,
        )
        kept = {"buffer_path": str(out / BUFFER), "library": str(out / LIBRARY)}
        signing, trusting = signing_parameters(options.params_file) if learning else ({}, {})
        self._edge = graph.edge(
            image_transport=self._bag.kind,
            bundle=bundle,
            usual_robot=_ROBOT,
            **shared,
            parameters={
                "model_store": str(out / MODELS),
                "findings.folder": str(out / FINDINGS),
                **AS_THE_TRUTH,
                **fixed_engine(said("edge", shared), options.engine),
                **trusting,
                **options.edge,
            },
        )
        self._cloud = graph.cloud(
            bundle=bundle,
            teacher=options.teacher,
            **shared,
            parameters=kept if learning else {"buffer_path": kept["buffer_path"]},
        )
        self._trainer = None
        if options.source is not None:
            source = str(options.source.resolve())
            self._trainer = graph.trainer(
                bundle=bundle, source=source, **shared, parameters={**kept, **signing}
            )
        self._player = graph.player(
            bag=str(options.bag.resolve()),
            rate=options.rate,
            # The runner subscribes to ~/played last, when everything else is ready.
            parameters={
                "bag_topic": self._bag.image_topic,
                "drift": str(options.perturb.resolve()) if options.perturb else "",
                "played_subscribers": 1,
            },
        )

        self._scoreboard = Scoreboard(
            classes=self._bundle.manifest.classes,
            segments=self._bag.segments,
            disturbances=self._bag.disturbances,
            total=len(self._bag),
            first_version=self._bundle.manifest.version if learning else None,
        )
        self._gallery = Gallery(segments=self._bag.segments)
        self._report = RunReport(
            out=options.out,
            bag=self._bag,
            bundle=self._bundle,
            rate=options.rate,
            trained=learning,
            command=options.command,
            console=console,
        )

    def run(self) -> RunOutcome:
        """Play the bag, and write report, frame log and result bag.

        Files of an earlier run stay until this run's first picture has been played.

        Returns:
            The outcome; if the run was stopped, its report covers what was played until then.

        Raises:
            OSError: the report cannot be written; it is shown instead.
            ProcessError: a node ended or could not start before the first picture.
            KeyboardInterrupt: the run was stopped before the first picture.
        """
        out = self._options.out
        out.mkdir(parents=True, exist_ok=True)
        # An old replay buffer would answer a request with a known id from its stored frames.
        _remove(out, BUFFER, f"{BUFFER}-wal", f"{BUFFER}-shm")
        for folder in CLEARED:
            shutil.rmtree(out / folder, ignore_errors=True)
        remove_stale_segments()
        try:
            return self._run()
        except (ProcessError, KeyboardInterrupt):
            if not self._playing:
                self._note_unplayed()
            raise

    def _run(self) -> RunOutcome:
        out = self._options.out
        end: ProcessError | KeyboardInterrupt | None = None
        with ExitStack() as stack:
            where = stack.enter_context(places(self._options.link))
            added = where.robot.environment | transport_environment(os.environ)
            logs = {"ROS_LOG_DIR": str((out / LOGS).resolve())}
            stack.enter_context(environment(added | logs))
            # Start the processes first: the runner prepares itself in the seconds that they need.
            processes = stack.enter_context(Processes(environment=os.environ, folder=out))
            nodes = self._nodes(where)
            for spec, domain in (*nodes, (self._player, where.robot)):
                small = {} if spec.pictures else transport_environment(os.environ, profile=SMALL)
                processes.start(spec, added=domain.environment | small)
            view = stack.enter_context(LiveView(self._console))
            view.note(
                f"replaying {self._bag.path} ({len(self._bag)} frames): {where}; "
                f"to look inside: export {' '.join(f'{k}={v}' for k, v in added.items())}"
            )
            recorder = stack.enter_context(self._recorder())
            topics = self._topics(*(spec for spec, _ in nodes))
            recorder.start(topics, rate=self._options.rate)
            monitors = {}
            for domain, name in {where.cloud: "replay_cloud", where.robot: "replay"}.items():
                monitor = Monitor(take=recorder.take, domain=domain.id, name=name)
                monitors[domain] = stack.enter_context(monitor)
            for topic in topics:
                if topic.kind is not Kind.PLAYED:
                    monitors[where.cloud if topic.kind.of_cloud else where.robot].listen([topic])
            watch = self._watch_of(where)
            supervisor = Supervisor(processes=processes, recorder=recorder, view=view, link=watch)
            supervisor.wait_until_active(
                *(spec.name for spec, _ in nodes if spec.name in recorder.states)
            )
            parameters = {
                spec.name: monitors[domain].parameters(spec.full_name, limit_s=_PATIENCE_S)
                for spec, domain in nodes
            }
            edge = EdgeSettings.from_parameters(parameters["edge"])
            self._scoreboard.score_findings(
                edge.findings.labels(self._bundle.manifest.classes),
                smallest=edge.findings.smallest,
            )
            # The player waits for this subscription: now the first picture may come.
            monitors[where.robot].listen([each for each in topics if each.kind is Kind.PLAYED])
            try:
                supervisor.watch(patience_s=parameters["edge"]["deadline_s"] + _PATIENCE_S)
            except (ProcessError, KeyboardInterrupt) as error:
                view.note("ended early: writing the report of what was played until now")
                end = error
                supervisor.end_early()
        if end is not None and not self._playing:
            raise end
        for problem in recorder.problems():
            self._say(f"note: {problem}")
        report = self._report.write(
            self._scoreboard,
            gallery=self._gallery,
            swaps=recorder.swaps,
            parameters=parameters,
            usage=supervisor.usage(),
            complete=end is None,
            say=self._say,
            link=watch,
            cloud_ms=recorder.cloud_ms,
            models=recorder.model_bytes,
            taught=recorder.taught_bytes,
        )
        return RunOutcome(report=report, stopped_by=end)

    def _nodes(self, where: Places) -> Sequence[tuple[NodeSpec, OwnDomain]]:
        """Return the nodes, each with its ROS domain."""
        trainer = () if self._trainer is None else ((self._trainer, where.cloud),)
        nodes = ((self._cloud, where.cloud), (self._edge, where.robot), *trainer)
        if where.link is None:
            return nodes
        out = self._options.out.resolve()
        gateway, bridge = link_nodes(
            where.link, out / CERTIFICATES, self._shared, robot=self._robot(), spool=out / SPOOL
        )
        return ((gateway, where.cloud), *nodes, (bridge, where.robot))

    def _robot(self) -> str:
        """Return the robot's name, which its certificate must carry."""
        mine = self._options.params_file
        named = given(Path(mine), "edge").get("robot") if mine else None
        return str(named or _ROBOT)

    def _watch_of(self, where: Places) -> LinkWatch | None:
        if where.link is None or self._options.link is None:
            return None
        return LinkWatch(where.link, cuts=self._options.link.cuts)

    def _topics(self, *nodes: NodeSpec) -> Sequence[Feed]:
        return feeds(
            edge=self._edge,
            cloud=self._cloud,
            player=self._player,
            trainer=self._trainer,
            overlay=self._options.record,
            bridge=next((spec for spec in nodes if spec.name == "bridge"), None),
        )

    def _recorder(self) -> Recorder:
        result = ResultBag(self._options.out / RESULT) if self._options.record else None
        return Recorder(
            scoreboard=self._scoreboard,
            truth=self._bag.truth(),
            gallery=self._gallery,
            result=result,
            on_first_played=self._begin,
        )

    def _begin(self) -> None:
        """Remove the files of an earlier run at the first picture; they are not this run's."""
        self._playing = True
        _remove(self._options.out, REPORT, FRAMES, PAGE, RESULT)

    def _note_unplayed(self) -> None:
        out = self._options.out
        kept = [name for name in (REPORT, FRAMES, RESULT) if (out / name).is_file()]
        untouched = f"; the last run's results in {out} are untouched ({', '.join(kept)})"
        self._say(f"stopped before the first frame{untouched if kept else ': nothing was written'}")

    def _say(self, line: str) -> None:
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)


def _remove(out: Path, *names: str) -> None:
    for name in names:
        (out / name).unlink(missing_ok=True)
