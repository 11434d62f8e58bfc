"""Takes hard frames that no cloud answered and writes them into the spool, on its own thread.

The robot's request never waits for the disk.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from laecips_edge.core.link import protobuf
from laecips_edge.core.link.hard_frame import HardFrameRequest
from laecips_edge.core.link.wire_error import WireError
from laecips_edge.core.spool.frame_spool import FrameSpool, SpoolError

WAITING: Final = 8
"""Frames that may wait for the disk; further ones are lost for teaching."""


class Spooling:
    """A thread that writes frames into a spool.

    Args:
        spool: the spool; the caller closes it after `stop`.
        on_trouble: called once when the disk begins to fail, with one line.

    Attributes:
        trouble: why the last frame could not be written, one line; empty if it could.
        lost: frames that could not be written or came faster than the disk takes them.
    """

    def __init__(
        self, spool: FrameSpool, *, on_trouble: Callable[[str], None] = lambda line: None
    ) -> None:
        self.trouble = ""
        self.lost = 0
        self._spool = spool
        self._on_trouble = on_trouble
        self._queue: queue.Queue[HardFrameRequest | None] = queue.Queue(WAITING)
        self._thread = threading.Thread(target=self._work, name="spooling")
        self._thread.start()

    def take(self, request: HardFrameRequest) -> bool:
        """Take a frame and return at once; return False if the disk is too slow for it."""
        try:
            self._queue.put_nowait(request)
        except queue.Full:
            self.lost += 1
            return False
        return True

    def stop(self) -> None:
        """Write what was taken, and end the thread."""
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (request := self._queue.get()) is not None:
            before = self.trouble
            try:
                self._write(request)
                self.trouble = ""
            except (SpoolError, WireError) as error:
                self.trouble = str(error)
                self.lost += 1
                if not before:
                    self._on_trouble(self.trouble)

    def _write(self, request: HardFrameRequest) -> None:
        self._spool.add(
            request.request_id,
            protobuf.encode_request(replace(request, deadline_s=0.0)),
            trust=request.trust,
            thumbnail=request.thumbnail,
        )
