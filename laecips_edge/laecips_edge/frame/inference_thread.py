"""The inference thread: the newest frame is decoded, segmented, judged and sent on its way."""

import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Image

from laecips_edge.core.frame.counters import FrameCounters, FrameOutcome, RecentMedian
from laecips_edge.core.frame.frame import Frame, NewestFrame, SeenFrame
from laecips_edge.core.frame.frame_history import FrameHistory
from laecips_edge.core.frame.running_pair import Look, RunningPair
from laecips_edge.core.frame.stamped_buffer import StampedBuffer
from laecips_edge.core.image import image_messages
from laecips_edge.core.image.image_messages import ImageError
from laecips_edge.core.routing.threshold_control import ThresholdControl
from laecips_edge.frame.answers import Answers
from laecips_edge.frame.cloud_link import CloudLink

DEPTH_PATIENCE_S = 0.1
"""How long a picture waits for its depth, which cameras often send a little later."""

IDLE_S = 0.2
"""Seconds without a frame after which the robot counts as idle."""


class InferenceThread:
    """Looks at one frame at a time, on a thread of its own.

    Args:
        running: f, h and the policy; may be exchanged any time, between two frames.
        steering: Of the policy's threshold; None where that stands still.
        history: Told what they say of each frame.
        depths: Depth images to pair with; read only where f takes depth.
        link: Where hard frames and audits go.
        answers: How frames are answered.
        counters: The books.
        on_idle: Called each time no frame came for a while.
        logger: For frames that cannot be used.
    """

    def __init__(
        self,
        *,
        running: RunningPair,
        steering: ThresholdControl | None,
        history: FrameHistory,
        depths: StampedBuffer[Image],
        link: CloudLink,
        answers: Answers,
        counters: FrameCounters,
        on_idle: Callable[[], None],
        logger: Any,
    ) -> None:
        self.inference_ms = RecentMedian()
        self.unreadable = ""
        self._running = running
        self._steering = steering
        self._history = history
        self._depths = depths
        self._link = link
        self._answers = answers
        self._counters = counters
        self._on_idle = on_idle
        self._logger = logger
        self._newest = NewestFrame()
        self._thread = threading.Thread(target=self._work, name="inference")

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Answer the frame in work and the one that waits, then join the thread."""
        self._newest.close()
        if self._thread.ident is not None:
            self._thread.join()

    def submit(self, frame: Frame) -> None:
        """Hand in the newest frame; one that waited is superseded. Returns at once."""
        superseded = self._newest.put(frame)
        if superseded is not None:
            self._counters.settle(superseded.number, FrameOutcome.SUPERSEDED)

    def _work(self) -> None:
        while not self._newest.finished:
            frame = self._newest.take(IDLE_S)
            if frame is None:
                self._on_idle()
                continue
            seen = self._look(frame)
            if seen is None:
                continue
            try:
                self._route(seen)
            except Exception as error:
                # A bug, or a context that was shut down: seen as a frame that stays pending. It
                # must not end the thread, and with it the robot's sight.
                self._logger.error(f"frame of stamp {frame.stamp_ns} not answered: {error!r}")

    def _look(self, frame: Frame) -> SeenFrame | None:
        """f, h and the policy on one frame; None (and settled) where it cannot be used."""
        started_s = time.monotonic()
        try:
            rgb = frame.rgb()
            depth = self._depth_of(frame)
            look = self._running.look(rgb, depth, stamp_ns=frame.stamp_ns)
            seen = SeenFrame(
                frame=frame,
                rgb=rgb,
                depth=depth,
                prediction=look.prediction,
                decision=look.decision,
                manifest=look.manifest,
            )
            self._history.add(seen, look.observation)
            self._steer(look)
        except Exception as error:
            # Whatever a frame does to the decoder or the engine, the next one gets its chance.
            kind = "" if isinstance(error, ImageError) else f"{type(error).__name__}: "
            self.unreadable = f"image of stamp {frame.stamp_ns} not used: {kind}{error}"
            self._logger.error(self.unreadable, throttle_duration_sec=1.0)
            self._counters.settle(frame.number, FrameOutcome.REJECTED)
            return None
        self.unreadable = ""
        self.inference_ms.add(1e3 * (time.monotonic() - started_s))
        return seen

    def _steer(self, look: Look) -> None:
        if self._steering is None:
            return
        delta = self._steering.looked(
            look.decision,
            policy=look.policy,
            manifest=look.manifest,
            cloud_is_there=self._link.available,
        )
        self._running.steer(look.manifest, delta)

    def _depth_of(self, frame: Frame) -> NDArray[np.uint16] | None:
        """The depth that belongs to a picture, uint16 [H,W] in millimetres, where f takes it."""
        if self._running.current.manifest.modality != "rgbd":
            return None
        message = self._depths.nearest(frame.stamp_ns, timeout=DEPTH_PATIENCE_S)
        return None if message is None else image_messages.to_depth(message)

    def _route(self, seen: SeenFrame) -> None:
        self._answers.now(seen)
        if seen.decision.hard:
            self._counters.want()
            self._link.ask(seen)
            return
        self._answers.edge(seen)
        if seen.decision.audit:
            self._link.audit(seen)
