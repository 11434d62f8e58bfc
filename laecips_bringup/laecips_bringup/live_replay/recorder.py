"""The runner's memory: reads what the monitor heard, keeps score and writes the result bag."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType

from laecips_cloud.metrics import LabelMap
from laecips_eval.bags.result_bag import ResultBag
from laecips_eval.scoring.frame_gallery import Gallery
from laecips_eval.scoring.frame_log import FrameRow
from laecips_eval.scoring.run_figures import RunFigures
from laecips_eval.scoring.scoreboard import Figures, Scoreboard
from laecips_eval.scoring.updates import Swap
from rclpy.serialization import deserialize_message

from laecips_bringup.live_replay.conversions import (
    answer_of,
    counters_of,
    label_map_of,
    stamp_ns,
    swap_of,
)
from laecips_bringup.live_replay.feeds import Feed, Kind
from laecips_bringup.live_replay.settling import Settling
from laecips_msgs.msg import PlayedFrame

_MAX_PROBLEMS = 20
_OF_THEMSELVES = (
    Kind.EDGE_STATUS,
    Kind.CLOUD_STATUS,
    Kind.TRAINER_STATUS,
    Kind.MODEL_REPORT,
)


@dataclass(frozen=True, kw_only=True)
class Learning:
    """What a robot has learnt so far: from the trainer's status and the robot's answers.

    Attributes:
        running: version of the pair that has answered last; 0 before the first answer.
        activity: what the trainer does; empty where there is none, or nothing was heard of it.
        promoted, refused, rolled_back: versions so far.
    """

    running: int = 0
    activity: str = ""
    promoted: int = 0
    refused: int = 0
    rolled_back: int = 0

    def __str__(self) -> str:
        """One line for people; empty where nothing is learnt."""
        if not self.activity:
            return ""
        counts = [f"{self.promoted} promoted", f"{self.refused} refused"]
        if self.rolled_back:
            counts.append(f"{self.rolled_back} rolled back")
        return f"version {self.running} runs, {', '.join(counts)}; {self.activity}"


class Recorder:
    """Turns messages into a scoreboard and a result bag, on a thread of its own.

    Messages in the bag carry the time of their receipt on the *bag's* clock, so that result and
    recording play side by side.

    Args:
        scoreboard: what keeps the score; only this class touches it while it runs.
        truth: label maps by stamp in nanoseconds; looked up when an answer comes in.
        gallery: keeps label maps of some hard frames.
        result: where messages are written, or None; given up where no picture was played.
        on_first_played: called once, on the recorder's thread, when a first picture was played.

    Attributes:
        states: lifecycle states by node; empty before they were heard of.
        swaps: what the robot has said of model updates, in order.
        last_played: the player's last note.
        settling: whether all is answered.
    """

    def __init__(
        self,
        *,
        scoreboard: Scoreboard,
        truth: Mapping[int, LabelMap],
        gallery: Gallery,
        result: ResultBag | None,
        on_first_played: Callable[[], None] = lambda: None,
    ) -> None:
        """Waits to be started."""
        self._scoreboard = scoreboard
        self._truth = truth
        self._gallery = gallery
        self._result = result
        self._on_first_played = on_first_played
        self._queue: queue.SimpleQueue[tuple[Feed, bytes, int] | None] = queue.SimpleQueue()
        # Re-entrant: what is wrong while a message is read is noted.
        self._lock = threading.RLock()
        self._thread = threading.Thread(target=self._run, name="recorder")
        self._clock_offset_ns: int | None = None
        self._early: list[tuple[Feed, bytes, int]] = []
        self._rate = 1.0
        self._problems: list[str] = []
        self.settling = Settling()
        self.states = {"edge": "", "cloud": "", "trainer": ""}
        self.swaps: list[Swap] = []
        self._learning = Learning()
        self.last_played: PlayedFrame | None = None

    def start(self, feeds: Sequence[Feed], *, rate: float) -> None:
        """Declares the topics of the result bag and starts the thread.

        Args:
            feeds: what the monitor listens to.
            rate: speed of the replay against the recording.
        """
        self._rate = rate
        if self._result is not None:
            for feed in feeds:
                if feed.recorded:
                    self._result.add_topic(feed.topic, feed.type_name)
        self._thread.start()

    def take(self, feed: Feed, data: bytes, received_ns: int) -> None:
        """Takes one serialised message; returns at once."""
        self._queue.put((feed, data, received_ns))

    def close(self) -> None:
        """Reads what is left, ends the thread and completes the result bag."""
        self._queue.put(None)
        self._thread.join()
        if self._result is not None and self._clock_offset_ns is None:
            self._result.discard()
        elif self._result is not None:
            try:
                self._result.close()
            except OSError as error:
                self._give_up(self._result, error)

    def __enter__(self) -> Recorder:
        """Returns itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes it."""
        if self._thread.ident is not None:
            self.close()

    def figures(self) -> Figures:
        """The running figures."""
        with self._lock:
            return self._scoreboard.figures(now_ns=time.monotonic_ns())

    def learning(self) -> Learning:
        """What the robot has learnt so far."""
        with self._lock:
            return self._learning

    def measured(self) -> RunFigures:
        """The measured part of the report."""
        with self._lock:
            return self._scoreboard.measured()

    def rows(self) -> list[FrameRow]:
        """One row a frame."""
        with self._lock:
            return self._scoreboard.rows()

    def problems(self) -> list[str]:
        """What could not be read, scored or written, one line each, each said once."""
        with self._lock:
            return list(self._problems)

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            feed, data, received_ns = item
            try:
                with self._lock:
                    self._read(feed, data, received_ns)
            except Exception as error:
                # Whatever is wrong with one message, the score of the others goes on.
                kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
                self._note(f"{feed.topic}: {kind}{error}")
            self._record(feed, data, received_ns)

    def _read(self, feed: Feed, data: bytes, received_ns: int) -> None:
        if feed.kind is Kind.OVERLAY:
            return
        message = deserialize_message(data, feed.message)
        match feed.kind:
            case Kind.PLAYED:
                self._read_played(message)
            case Kind.SEGMENTATION:
                answer = answer_of(message)
                self._gallery.add_answer(answer)
                self._scoreboard.add_answer(answer, received_ns=received_ns)
                self._learning = replace(self._learning, running=answer.version)
            case Kind.LABEL_MAP:
                stamp, label_map = stamp_ns(message), label_map_of(message)
                self._gallery.add_label_map(stamp, label_map)
                self._scoreboard.add_label_map(
                    stamp, label_map, self._truth.get(stamp), received_ns=received_ns
                )
            case Kind.LABEL_MAP_NOW:
                stamp, label_map = stamp_ns(message), label_map_of(message)
                self._gallery.add_label_map_now(stamp, label_map)
                self._scoreboard.add_label_map_now(stamp, label_map, self._truth.get(stamp))
            case Kind.EDGE_STATUS:
                self.states["edge"] = message.state
                self._scoreboard.add_counters(counters_of(message))
                self.settling.add_status(
                    received=message.received, pending=message.pending, now_ns=received_ns
                )
            case Kind.CLOUD_STATUS:
                self.states["cloud"] = message.state
            case Kind.TRAINER_STATUS:
                self.states["trainer"] = message.state
                self._learning = replace(
                    self._learning,
                    activity=message.activity,
                    promoted=message.promoted,
                    refused=message.refused,
                    rolled_back=message.rolled_back,
                )
            case Kind.MODEL_REPORT:
                self.swaps.append(swap_of(message))

    def _read_played(self, message: PlayedFrame) -> None:
        stamp = stamp_ns(message)
        if self._clock_offset_ns is None:
            self._clock_offset_ns = stamp - round(message.monotonic_ns * self._rate)
            self._on_first_played()
            for early in self._early:
                self._write(*early)
            self._early.clear()
        self.last_played = message
        self._gallery.add_played(stamp, index=message.index)
        self._scoreboard.add_played(
            stamp, index=message.index, total=message.total, monotonic_ns=message.monotonic_ns
        )

    def _record(self, feed: Feed, data: bytes, received_ns: int) -> None:
        """Writes a message, once the player's first note has said what the bag's clock shows.

        Topics overtake each other: an answer may come before the note of its picture, and waits.
        What the nodes say of themselves before the first picture is of no interest.
        """
        if not feed.recorded:
            return
        if self._clock_offset_ns is not None:
            self._write(feed, data, received_ns)
        elif feed.kind not in _OF_THEMSELVES:
            self._early.append((feed, data, received_ns))

    def _write(self, feed: Feed, data: bytes, received_ns: int) -> None:
        if self._result is None or self._clock_offset_ns is None:
            return
        stamp = self._clock_offset_ns + round(received_ns * self._rate)
        try:
            self._result.write(feed.topic, stamp, data)
        except OSError as error:
            self._give_up(self._result, error)

    def _give_up(self, result: ResultBag, error: OSError) -> None:
        self._note(f"the result bag cannot be written ({error}): the run goes on without it")
        result.discard()
        self._result = None

    def _note(self, problem: str) -> None:
        with self._lock:
            if problem not in self._problems and len(self._problems) < _MAX_PROBLEMS:
                self._problems.append(problem)
