"""The inference thread: it routes the newest frame of each camera in turn."""

import threading
from collections.abc import Callable
from typing import Any

from laecips_edge.core.frame.frame import Frame
from laecips_edge.core.frame.newest_frames import NewestFrames
from laecips_edge.core.frame.router import Router

IDLE_S = 0.2
"""Seconds without a frame after which the robot counts as idle."""


class InferenceThread:
    """The thread that routes one frame at a time.

    Args:
        router: Routes each frame to its answer.
        frames: Queue of the frames.
        on_idle: Called each time no frame came for `IDLE_S` seconds.
        logger: Logs frames that are not answered.
    """

    def __init__(
        self, *, router: Router, frames: NewestFrames, on_idle: Callable[[], None], logger: Any
    ) -> None:
        self._router = router
        self._on_idle = on_idle
        self._logger = logger
        self._newest = frames
        self._thread = threading.Thread(target=self._work, name="inference")

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Answer the current frame and those that wait, then join the thread."""
        self._newest.close()
        if self._thread.ident is not None:
            self._thread.join()

    def submit(self, frame: Frame) -> None:
        """Take a frame and return at once; end the waiting one of its camera as superseded."""
        superseded = self._newest.put(frame)
        if superseded is not None:
            self._router.supersede(superseded)

    def _work(self) -> None:
        while not self._newest.finished:
            frame = self._newest.take(IDLE_S)
            if frame is None:
                self._on_idle()
                continue
            try:
                self._router.route(frame)
            except Exception as error:
                # A bug, or a ROS context that was shut down: the frame stays pending. The thread
                # must go on, because the robot segments nothing without it.
                self._logger.error(f"a frame was not answered: {error!r}")
