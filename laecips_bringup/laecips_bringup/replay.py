"""One replay: real processes play a bag through edge and cloud, and the runner keeps the score."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from laecips_edge.core.bundle import Bundle
from laecips_eval.bags import Bag, open_bag
from laecips_eval.frame_log import write_rows
from laecips_eval.report import Report, write_report
from laecips_eval.result_bag import ResultBag
from laecips_eval.run_setup import LIVE, describe_bag, require_same_classes, run_setup
from laecips_eval.scoreboard import Scoreboard
from rich.console import Console

from laecips_bringup import graph
from laecips_bringup.domain import OwnDomain
from laecips_bringup.feeds import Kind, feeds
from laecips_bringup.live_view import LiveView
from laecips_bringup.monitor import Monitor
from laecips_bringup.outputs import BUFFER, FRAMES, LOGS, PARAMETERS, REPORT, RESULT
from laecips_bringup.processes import ProcessError, Processes
from laecips_bringup.recorder import Recorder
from laecips_bringup.stale_segments import remove_stale_segments
from laecips_bringup.transport import transport_environment
from laecips_bringup.usage import UsageMeter

_SLOWEST, _FASTEST = 0.01, 100.0
_START_LIMIT_S = 60.0
_POLL_S = 0.1
_PATIENCE_S = 15.0


@dataclass(frozen=True, kw_only=True)
class ReplayOptions:
    """What to replay, and how.

    Attributes:
        bag: the bag.
        bundle: folder of the model bundle.
        out: folder of report, frame log, result bag and logs.
        rate: speed against the recording.
        bag_topic: the bag's topic with pictures; None for its only one.
        params_file: a parameter file over the shipped ones; empty for none.
        edge: parameters of the edge node over all others.
        record: whether to write the result bag, with the overlay.
    """

    bag: Path
    bundle: Path
    out: Path
    rate: float = 1.0
    bag_topic: str | None = None
    params_file: str = ""
    edge: Mapping[str, graph.ParameterValue]
    record: bool = True

    def __post_init__(self) -> None:
        """Checks the rate, which the player would refuse only after everything has started.

        Raises:
            ValueError: when it is outside the player's range.
        """
        if not _SLOWEST <= self.rate <= _FASTEST:
            raise ValueError(f"rate is {self.rate}: give one from {_SLOWEST} to {_FASTEST}")


class Replay:
    """One live run. Make it, then `run()` it once.

    Raises:
        ValueError: for a bag or a bundle that cannot be used, or a pair that does not fit.
    """

    def __init__(self, options: ReplayOptions, console: Console) -> None:
        """Checks bag and bundle; starts nothing."""
        self._options = options
        self._console = console
        self._bag: Bag = open_bag(options.bag, options.bag_topic)
        self._bundle = Bundle.load(options.bundle)
        require_same_classes(self._bag, self._bundle)
        bundle = str(options.bundle.resolve())
        self._edge = graph.edge(
            image_transport=self._bag.kind,
            bundle=bundle,
            params_file=options.params_file,
            parameters=options.edge,
        )
        self._cloud = graph.cloud(
            bundle=bundle,
            params_file=options.params_file,
            parameters={"buffer_path": str((options.out / BUFFER).resolve())},
        )
        self._player = graph.player(
            bag=str(options.bag.resolve()),
            rate=options.rate,
            # The runner listens to ~/played last, when everything else is ready.
            parameters={"bag_topic": self._bag.image_topic, "played_subscribers": 1},
        )
        self._interrupted = False
        self._failure: ProcessError | None = None

    def run(self) -> Report:
        """Plays the bag, and writes report, frame log and result bag.

        Returns:
            The report.

        Raises:
            ProcessError: when a node could not start, or edge or player ended before the bag did;
                in the second case the report of what was played is written first.
            KeyboardInterrupt: after the report of what was played until then is written.
        """
        out = self._options.out
        _make_room(out)
        remove_stale_segments()
        with ExitStack() as stack:
            domain = stack.enter_context(OwnDomain())
            added = domain.environment | transport_environment(os.environ)
            stack.enter_context(_environment(added))
            # Processes start first: they need seconds, in which the runner makes itself ready.
            self._processes = stack.enter_context(Processes(environment=os.environ, folder=out))
            for spec in (self._cloud, self._edge, self._player):
                self._processes.start(spec)
            view = stack.enter_context(LiveView(self._console))
            view.note(
                f"replaying {self._bag.path} ({len(self._bag)} frames) on ROS domain {domain.id}; "
                f"to look inside: export {' '.join(f'{k}={v}' for k, v in added.items())}"
            )
            self._play(stack, view)
        return self._finish()

    def _play(self, stack: ExitStack, view: LiveView) -> None:
        topics = feeds(
            edge=self._edge,
            cloud=self._cloud,
            player=self._player,
            overlay=self._options.record,
        )
        scoreboard = Scoreboard(
            classes=self._bundle.manifest.classes,
            segments=self._bag.segments,
            total=len(self._bag),
        )
        result = ResultBag(self._options.out / RESULT) if self._options.record else None
        self._recorder = stack.enter_context(
            Recorder(scoreboard=scoreboard, truth=self._bag.truth(), result=result)
        )
        self._recorder.start(topics, rate=self._options.rate)
        monitor = stack.enter_context(Monitor(take=self._recorder.take))
        monitor.listen([topic for topic in topics if topic.kind is not Kind.PLAYED])
        self._wait_until_active(view)
        self._parameters = {
            spec.name: monitor.parameters(spec.full_name, limit_s=_PATIENCE_S)
            for spec in (self._edge, self._cloud)
        }
        self._runner_usage = UsageMeter(os.getpid())
        self._processes.begin_usage()
        monitor.listen([topic for topic in topics if topic.kind is Kind.PLAYED])
        try:
            self._watch(view)
        except KeyboardInterrupt:
            self._interrupted = True
            view.note("interrupted: writing the report of what was played until now")

    def _wait_until_active(self, view: LiveView) -> None:
        limit = time.monotonic() + _START_LIMIT_S
        waiting = {"edge", "cloud"}
        while waiting:
            self._require_alive("edge", "cloud", "player")
            for name in sorted(waiting):
                state = self._recorder.states[name]
                if state == "active":
                    waiting.remove(name)
                    view.note(f"{name} is active")
                    continue
                problem = self._processes[name].last_error() if state else ""
                if problem or time.monotonic() > limit:
                    raise ProcessError(
                        f"{name} is {state or 'silent'}, not active: "
                        f"{problem or 'see ' + str(self._processes[name].log)}"
                    )
            time.sleep(_POLL_S)

    def _watch(self, view: LiveView) -> None:
        """Shows the run until it is over: played, answered, and quiet."""
        over_ns: int | None = None
        cloud_was_alive = True
        while True:
            self._processes.sample_usage()
            self._runner_usage.sample()
            view.show(self._recorder.figures())
            try:
                self._require_alive("edge", *(["player"] if over_ns is None else []))
            except ProcessError as error:
                self._failure = error
                return
            if cloud_was_alive and self._processes["cloud"].exit_status is not None:
                cloud_was_alive = False
                view.note(self._processes["cloud"].obituary())
            if over_ns is None and self._is_played():
                over_ns = time.monotonic_ns()
            if over_ns is not None and self._is_settled(over_ns):
                return
            time.sleep(_POLL_S)

    def _is_played(self) -> bool:
        played = self._recorder.last_played
        at_the_end = played is not None and played.index + 1 == played.total
        return at_the_end or self._processes["player"].exit_status == 0

    def _is_settled(self, over_ns: int) -> bool:
        if self._recorder.settling.is_quiet_since(over_ns):
            return True
        deadline_s = float(self._parameters["edge"].get("deadline_s", 0.0)) + _PATIENCE_S
        return time.monotonic_ns() - over_ns > deadline_s * 1e9

    def _require_alive(self, *names: str) -> None:
        for process in self._processes.ended():
            # A player that has played its bag ends well; its last note may still be on the way.
            well = process.spec.name == "player" and process.exit_status == 0
            if process.spec.name in names and not well:
                raise ProcessError(process.obituary())

    def _finish(self) -> Report:
        out = self._options.out
        report: Report = {
            "bag": describe_bag(self._bag),
            "setup": run_setup(
                mode=LIVE,
                rate=self._options.rate,
                bundle=self._bundle,
                parameters=self._parameters,
            ),
            **self._recorder.measured(),
            "updates": [],
            "processes": self._processes.usage() | {"runner": self._runner_usage.summary()},
        }
        write_rows(out / FRAMES, self._recorder.rows())
        write_report(out / REPORT, report)
        for problem in self._recorder.problems():
            self._console.print(f"note: {problem}", highlight=False, markup=False)
        if self._failure is not None:
            raise self._failure
        if self._interrupted:
            raise KeyboardInterrupt
        return report


def _make_room(out: Path) -> None:
    """Only what a replay writes is removed: a request that an old buffer knows would not be new."""
    out.mkdir(parents=True, exist_ok=True)
    for name in (REPORT, FRAMES, RESULT):
        (out / name).unlink(missing_ok=True)
    for folder in (LOGS, PARAMETERS):
        shutil.rmtree(out / folder, ignore_errors=True)
    for path in out.glob(f"{BUFFER}*"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


@contextmanager
def _environment(added: Mapping[str, str]) -> Iterator[None]:
    """Variables of this process and its children, for a while."""
    before: dict[str, Any] = {name: os.environ.get(name) for name in added}
    os.environ.update(added)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
