"""Supervision of a running replay: wait until the nodes are active, then until it is over."""

from __future__ import annotations

import os
import time

from laecips_eval.scoring.scoreboard import Figures

from laecips_bringup.live_replay.link_watch import LinkWatch
from laecips_bringup.live_replay.live_view import LiveView
from laecips_bringup.live_replay.recorder import Recorder
from laecips_bringup.processes.processes import ProcessError, Processes
from laecips_bringup.processes.usage import UsageMeter

_START_LIMIT_S = 60.0
_POLL_S = 0.1
_LAST_ANSWERS_S = 1.0
_DISPENSABLE = ("cloud", "trainer", "bridge", "gateway")


class Supervisor:
    """Supervisor of the processes `edge`, `cloud`, `player` and, where there are, of the others.

    Args:
        processes: the running processes.
        recorder: the recorder of their messages.
        view: display for the user.
        link: the link between robot and cloud, if there is one.
    """

    def __init__(
        self,
        *,
        processes: Processes,
        recorder: Recorder,
        view: LiveView,
        link: LinkWatch | None = None,
    ) -> None:
        """Create the supervisor; start nothing."""
        self._link = link
        self._processes = processes
        self._recorder = recorder
        self._view = view
        self._runner = UsageMeter(os.getpid())

    def wait_until_active(self, *names: str) -> None:
        """Wait until these lifecycle nodes are active.

        Raises:
            ProcessError: a node ends, fails its transition or takes too long; quotes its error.
        """
        limit = time.monotonic() + _START_LIMIT_S
        waiting = set(names)
        while waiting:
            self._require_alive("player", *names)
            for name in sorted(waiting):
                state = self._recorder.states[name]
                if state == "active":
                    waiting.remove(name)
                    self._view.note(f"{name} is active")
                else:
                    self._require_hope(name, state, late=time.monotonic() > limit)
            time.sleep(_POLL_S)

    def watch(self, *, patience_s: float) -> None:
        """Show the run until it is over: all played, all answered, and no new frame.

        If the cloud or the trainer ends, the run goes on: the edge node falls back to f.

        Args:
            patience_s: longest wait for the last answers after the last picture, seconds.

        Raises:
            ProcessError: the edge node ends, or the player ends before the bag does.
        """
        self._runner.begin()
        self._processes.begin_usage()
        over_ns: int | None = None
        missed: set[str] = set()
        while over_ns is None or not self._is_settled(over_ns, patience_s):
            self._processes.sample_usage()
            self._runner.sample()
            if self._link is not None:
                self._watch_link(self._link)
            self._view.show(self._recorder.figures, self._recorder.learning, self._link_line)
            self._require_alive("edge", *(["player"] if over_ns is None else []))
            for process in self._processes.ended():
                name = process.spec.name
                if name in _DISPENSABLE and name not in missed:
                    missed.add(name)
                    self._view.note(process.obituary())
            if over_ns is None and self._is_played():
                over_ns = time.monotonic_ns()
            time.sleep(_POLL_S)

    def end_early(self) -> None:
        """End the run in order: stop the pictures, then wait for the pending answers.

        An edge node that is asked to end answers the frames that still wait for the cloud itself.
        """
        self._processes.stop("player")
        self._processes.stop("edge")
        limit = time.monotonic() + _LAST_ANSWERS_S
        while time.monotonic() < limit:
            figures = self._recorder.figures()
            dropped = figures.superseded + figures.rejected
            if figures.played <= sum(figures.answered.values()) + dropped:
                return
            time.sleep(_POLL_S)

    def usage(self) -> dict[str, dict[str, float]]:
        """Return the usage of each process and the runner during `watch`, by name."""
        return self._processes.usage() | {"runner": self._runner.summary()}

    def _watch_link(self, link: LinkWatch) -> None:
        played = self._recorder.last_played
        if played is None:
            return
        try:
            for news in link.tick(time.monotonic(), frame=played.index):
                self._view.note(news)
        except (OSError, ValueError) as error:
            self._view.note(f"the link cannot be watched any more: {error}")
            self._link = None

    def _link_line(self, figures: Figures) -> str:
        if self._link is None:
            return ""
        recorder = self._recorder
        return self._link.line(
            figures,
            cloud_ms=recorder.cloud_ms,
            models=recorder.model_bytes,
            taught=recorder.taught_bytes,
        )

    def _is_played(self) -> bool:
        played = self._recorder.last_played
        at_the_end = played is not None and played.index + 1 == played.total
        return at_the_end or self._processes["player"].exit_status == 0

    def _is_settled(self, over_ns: int, patience_s: float) -> bool:
        if self._recorder.settling.is_quiet_since(over_ns):
            return True
        return time.monotonic_ns() - over_ns > patience_s * 1e9

    def _require_alive(self, *names: str) -> None:
        for process in self._processes.ended():
            # A player ends normally after its bag; its last note may still be in transit.
            well = process.spec.name == "player" and process.exit_status == 0
            if process.spec.name in names and not well:
                raise ProcessError(process.obituary())

    def _require_hope(self, name: str, state: str, *, late: bool) -> None:
        process = self._processes[name]
        problem = process.last_error() if state else ""
        if problem or late:
            raise ProcessError(
                f"{name} is {state or 'silent'}, not active: {problem or f'see {process.log}'}"
            )
