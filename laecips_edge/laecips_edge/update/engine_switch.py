"""The thread that finds the fastest engine while the robot works, and changes to it."""

from __future__ import annotations

import threading
from typing import Any

from laecips_edge.core.frame.running_pair import RunningPair
from laecips_edge.core.inference.auto_engine import AutoEngine
from laecips_edge.core.inference.engine_probe import REFERENCE
from laecips_edge.core.malloc_arenas import give_back


class EngineSwitch:
    """Probes the engines for the bundles that want it, once.

    Args:
        engines: what the bundles run on.
        running: the running pair.
        logger: logger of the node.
    """

    def __init__(self, *, engines: AutoEngine[Any], running: RunningPair, logger: Any) -> None:
        self._engines = engines
        self._running = running
        self._logger = logger
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="engine switch")

    def start(self) -> None:
        """Start the thread, which ends by itself."""
        self._thread.start()

    def stop(self) -> None:
        """End the probe and join the thread."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _work(self) -> None:
        try:
            while (unprobed := self._engines.unprobed) and not self._stop.is_set():
                engine = self._engines.probe(unprobed[-1], stop=self._stop)
                if engine != REFERENCE:
                    self._exchange({id(each.manifest): each for each in unprobed})
        except Exception as error:
            # The robot goes on with the engine that it has.
            self._logger.error(f"engine auto: {type(error).__name__}: {error}")

    def _exchange(self, bundles: dict[int, Any]) -> None:
        bundle = bundles.get(id(self._running.current.manifest))
        if bundle is None or self._stop.is_set():
            return
        segmenter = self._engines.assemble(bundle)
        segmenter.self_test()
        if self._running.exchange(segmenter):
            self._logger.info(f"engine {segmenter.engine} runs the networks from now on")
            give_back()  # what the engine before had
        else:
            self._logger.info(f"engine {segmenter.engine} runs the networks from the next start on")
