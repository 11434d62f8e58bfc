"""The spool of a bridge with its two threads: one fills it, one empties it into the cloud."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from laecips_edge.bridge.bridge_settings import BridgeSettings
from laecips_edge.bridge.clouds import Clouds
from laecips_edge.bridge.spooling import Spooling
from laecips_edge.bridge.teaching import Teaching
from laecips_edge.core.link.hard_frame import HardFrameRequest
from laecips_edge.core.spool.frame_spool import FrameSpool, SpoolError

_DAY_S: Final = 86400.0


class FrameKeeper:
    """Keeps hard frames that no cloud answered until one has stored them. Never raises.

    Args:
        settings: the bridge's settings; `spool_bytes` 0: no frame is kept.
        logger: logger of the node.

    Attributes:
        trouble: why frames are not kept, one line; empty if they are, or shall not be.
    """

    def __init__(self, settings: BridgeSettings, *, logger: Any) -> None:
        self._settings = settings
        self._logger = logger
        self._failure = ""
        self._spool: FrameSpool | None = None
        self._spooling: Spooling | None = None
        self._teaching: Teaching | None = None

    @property
    def trouble(self) -> str:
        """Why frames are not kept, one line; empty if they are, or shall not be."""
        spooling = self._spooling
        return self._failure or (spooling.trouble if spooling is not None else "")

    @property
    def late(self) -> str:
        """Why spooled frames stay in the spool though a cloud is there, one line; else empty."""
        teaching = self._teaching
        return teaching.trouble if teaching is not None else ""

    def open(self, robot: str) -> None:
        """Open the spool of a robot; a failure is told and stands in `trouble`."""
        settings = self._settings
        if not settings.spool_bytes:
            return
        path = Path(settings.spool).expanduser() / f"{robot}.sqlite"
        try:
            self._spool = FrameSpool(
                path, max_bytes=settings.spool_bytes, max_age_s=settings.spool_days * _DAY_S
            )
        except SpoolError as error:
            self._failure = str(error)
            self._fail(self._failure)
            return
        if self._spool.moved is not None:
            self._logger.error(f"{path} was damaged: it is {self._spool.moved} now, and is new")

    def start(self, clouds: Clouds, *, busy: Callable[[], bool]) -> None:
        """Start the threads.

        Args:
            clouds: the addresses of the cloud; closed before `stop`.
            busy: returns whether something else than hard frames has the link.
        """
        if self._spool is None:
            return
        self._spooling = Spooling(self._spool, on_trouble=self._fail)
        self._teaching = Teaching(
            self._spool,
            clouds,
            frames_per_minute=self._settings.spool_frames_per_minute,
            busy=busy,
            tell=self._logger.warning,
        )

    def take(self, request: HardFrameRequest) -> bool:
        """Keep a hard frame; return at once, whether it is kept. Audits are not."""
        spooling = self._spooling
        return spooling is not None and request.why == "hard" and spooling.take(request)

    def stop(self) -> None:
        """End the threads; what was taken is written."""
        spooling, teaching = self._spooling, self._teaching
        self._spooling = self._teaching = None
        if spooling is not None:
            spooling.stop()
        if teaching is not None:
            teaching.stop()

    def close(self) -> None:
        """Close the spool; its frames stay on the disk."""
        if self._spool is not None:
            self._spool.close()
        self._spool = None

    def counts(self) -> dict[str, int]:
        """Return counters by their names in laecips_msgs/BridgeStatus."""
        spool, spooling, teaching = self._spool, self._spooling, self._teaching
        frames, size = spool.totals if spool is not None else (0, 0)
        return {
            "spooled": frames,
            "spool_bytes": size,
            "spool_dropped": spool.dropped if spool is not None else 0,
            "spool_lost": spooling.lost if spooling is not None else 0,
            "taught": teaching.taught if teaching is not None else 0,
            "teach_refused": teaching.refused if teaching is not None else 0,
            "teach_bytes_up": teaching.bytes if teaching is not None else 0,
        }

    def _fail(self, line: str) -> None:
        self._logger.error(f"hard frames are not spooled: {line}")
