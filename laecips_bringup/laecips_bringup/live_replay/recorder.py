"""The runner's recorder: decodes received messages, updates the score, writes the result bag."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any

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
    work_ms,
)
from laecips_bringup.live_replay.feeds import Feed, Kind
from laecips_bringup.live_replay.learning import Learning
from laecips_bringup.live_replay.settling import Settling
from laecips_msgs.msg import PlayedFrame

_MAX_PROBLEMS = 20
_OF_THEMSELVES = (
    Kind.EDGE_STATUS,
    Kind.CLOUD_STATUS,
    Kind.TRAINER_STATUS,
    Kind.MODEL_REPORT,
    Kind.BRIDGE_STATUS,
)


class Recorder:
    """Recorder on its own thread: turns messages into a scoreboard and a result bag.

    Messages in the bag carry their receipt time on the *bag's* clock, so that result and recording
    can be played side by side.

    Args:
        scoreboard: score of the run; only this class uses it while the run lasts.
        truth: label maps by stamp in nanoseconds; looked up when an answer arrives.
        gallery: keeps label maps of some hard frames.
        result: bag for the messages, or None; deleted if no picture was played.
        on_first_played: called once, on the recorder's thread, after the first picture was played.

    Attributes:
        states: lifecycle states by node; empty before the first status. A bridge counts as active
            once its gateway answers.
        cloud_ms: the cloud's work on a frame, median of its last hundred.
        model_bytes: bytes of models that came through a bridge.
        taught_bytes: bytes of frames that a bridge kept while the link was cut, and sent later.
        swaps: the robot's reports of model updates, in order.
        last_played: the player's last note about a played picture.
        settling: detects when all frames are answered.
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
        """Create the recorder; `start` starts its thread."""
        self._scoreboard = scoreboard
        self._truth = truth
        self._gallery = gallery
        self._result = result
        self._on_first_played = on_first_played
        self._queue: queue.SimpleQueue[tuple[Feed, bytes, int] | None] = queue.SimpleQueue()
        # Re-entrant: a problem found while a message is decoded is noted under the same lock.
        self._lock = threading.RLock()
        self._thread = threading.Thread(target=self._run, name="recorder")
        self._clock_offset_ns: int | None = None
        self._early: list[tuple[Feed, bytes, int]] = []
        self._rate = 1.0
        self._problems: list[str] = []
        self.settling = Settling()
        self.states = {"edge": "", "cloud": "", "trainer": "", "bridge": ""}
        self.cloud_ms = 0.0
        self.model_bytes = 0
        self.taught_bytes = 0
        self.swaps: list[Swap] = []
        self._learning = Learning()
        self.last_played: PlayedFrame | None = None

    def start(self, feeds: Sequence[Feed], *, rate: float) -> None:
        """Declare the topics of the result bag and start the thread.

        Args:
            feeds: the monitor's feeds.
            rate: speed of the replay relative to the recording.
        """
        self._rate = rate
        if self._result is not None:
            for feed in feeds:
                if feed.recorded:
                    self._result.add_topic(feed.topic, feed.type_name)
        self._thread.start()

    def take(self, feed: Feed, data: bytes, received_ns: int) -> None:
        """Queue one serialised message; return at once."""
        self._queue.put((feed, data, received_ns))

    def close(self) -> None:
        """Decode the queued messages, end the thread and complete the result bag."""
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
        """Return the object itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the recorder."""
        if self._thread.ident is not None:
            self.close()

    def figures(self) -> Figures:
        """Return the running figures."""
        with self._lock:
            return self._scoreboard.figures(now_ns=time.monotonic_ns())

    def learning(self) -> Learning:
        """Return the state of the training so far."""
        with self._lock:
            return self._learning

    def measured(self) -> RunFigures:
        """Return the measured part of the report."""
        with self._lock:
            return self._scoreboard.measured()

    def rows(self) -> list[FrameRow]:
        """Return one row for each frame."""
        with self._lock:
            return self._scoreboard.rows()

    def problems(self) -> list[str]:
        """Return the problems in reading, scoring and writing, one line each, without repeats."""
        with self._lock:
            return list(self._problems)

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            feed, data, received_ns = item
            try:
                with self._lock:
                    self._read(feed, data, received_ns)
            except Exception as error:
                # An error in one message must not stop the score of the others.
                kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
                self._note(f"{feed.topic}: {kind}{error}")
            self._record(feed, data, received_ns)

    def _read(self, feed: Feed, data: bytes, received_ns: int) -> None:
        if feed.kind in (Kind.OVERLAY, Kind.FINDINGS):
            return  # recorded only
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
            case _:
                self._read_state(feed, message)

    def _read_state(self, feed: Feed, message: Any) -> None:
        match feed.kind:
            case Kind.CLOUD_STATUS:
                self.states["cloud"] = message.state
                self.cloud_ms = work_ms(message)
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
            case Kind.BRIDGE_STATUS:
                reached = not message.trouble and message.address
                self.states["bridge"] = message.state if reached else "without a gateway"
                self.model_bytes = message.model_bytes_down
                self.taught_bytes = message.teach_bytes_up

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
        """Write a message, once the player's first note has given the time of the bag's clock.

        Topics overtake each other: an answer may arrive before the note about its picture, and then
        waits. Status messages from before the first picture are dropped.
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
