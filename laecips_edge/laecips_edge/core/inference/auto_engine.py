"""`engine: auto`: the fastest engine that agrees with fp32, once it is known which one that is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.inference.engine_probe import (
    LEAST_AGREEMENT,
    REFERENCE,
    ProbedEngine,
    fastest,
    present_engines,
    probe_engines,
    why,
)
from laecips_edge.core.inference.engine_settings import AUTO, EngineSettings
from laecips_edge.core.inference.probed_engines import ProbedEngines, architecture
from laecips_edge.core.inference.segmenter import Segmenter

SomeSettings = TypeVar("SomeSettings", bound=EngineSettings)


@dataclass
class AutoEngine(Generic[SomeSettings]):
    """Puts bundles on the engine that was found best for their architecture. Thread-safe.

    Until an architecture was probed, its bundles run on the reference. A bundle on whose own frames
    the engine does not agree with fp32 runs on the reference too.

    Attributes:
        settings: settings of the node. If they name an engine, that is taken.
        log: takes lines for the log.
        engines: the engines that may be taken.
    """

    settings: SomeSettings
    log: Callable[[str], None]
    engines: Sequence[str] = field(default_factory=present_engines)

    def __post_init__(self) -> None:
        self._named = self.settings.engine != AUTO
        self._kept = ProbedEngines(providers=self.settings.providers, threads=self.settings.threads)
        self._lock = threading.Lock()
        self._taken: dict[tuple[str, str], str] = {}
        self._unprobed: list[Bundle] = []

    @property
    def unprobed(self) -> list[Bundle]:
        """The bundles that run on the reference for want of a probe, the newest last."""
        with self._lock:
            return list(self._unprobed)

    @property
    def settled(self) -> bool:
        """Whether all bundles so far run on the reference, and are meant to."""
        if self._named:
            return self.settings.engine == REFERENCE
        with self._lock:
            return not self._unprobed and set(self._taken.values()) <= {REFERENCE}

    def assemble(self, bundle: Bundle) -> Segmenter:
        """Return the networks of a bundle on their engine.

        Raises:
            EngineError: not even the reference runs them.
            BundleError: the weights cannot be read.
        """
        if self._named:
            return self.settings.segmenter(bundle)
        engine = self._engine(bundle)
        if engine == REFERENCE:
            return self._on(REFERENCE, bundle)
        segmenter = self._on(engine, bundle)
        agreement = segmenter.agreement()
        if agreement >= LEAST_AGREEMENT or REFERENCE not in self.engines:
            return segmenter
        self.log(
            f"engine {REFERENCE} for version {bundle.manifest.version}: on {engine} only "
            f"{agreement:.2%} of its pixels are as in fp32"
        )
        return self._on(REFERENCE, bundle)

    def probe(self, bundle: Bundle, *, stop: threading.Event) -> str:
        """Find out which engine is the best for a bundle, keep it, and return it.

        Args:
            bundle: one of `unprobed`.
            stop: once it is set, the probe ends soon; the reference is returned and nothing kept.
        """
        probed = probe_engines(
            bundle.path,
            engines=self.engines,
            providers=self.settings.providers,
            threads=self.settings.threads,
            stop=stop,
        )
        if stop.is_set():
            return REFERENCE
        try:
            self._kept.write(bundle.manifest, probed)
        except OSError as error:
            self.log(f"engine auto: not kept for the next start: {error}")
        return self._take(bundle.manifest, probed)

    def _engine(self, bundle: Bundle) -> str:
        key = architecture(bundle.manifest)
        with self._lock:
            if key in self._taken:
                return self._taken[key]
        if len(self.engines) == 1:
            return self._only(key)
        probed = self._kept.read(bundle.manifest)
        if probed:
            return self._take(bundle.manifest, probed)
        with self._lock:
            if not self._unprobed:
                self.log(
                    f"engine auto: {REFERENCE} until {' and '.join(self.engines)} have been timed, "
                    "once on this machine"
                )
            self._unprobed.append(bundle)
        return REFERENCE

    def _only(self, key: tuple[str, str]) -> str:
        with self._lock:
            self._taken[key] = self.engines[0]
        self.log(f"engine auto: {self.engines[0]}, for no other is installed")
        return self.engines[0]

    def _take(self, manifest: Manifest, probed: Sequence[ProbedEngine]) -> str:
        key, engine = architecture(manifest), fastest(probed)
        with self._lock:
            self._taken[key] = engine
            self._unprobed = [each for each in self._unprobed if architecture(each.manifest) != key]
        self.log(f"engine auto: {engine}, for {why(probed)}")
        return engine

    def _on(self, engine: str, bundle: Bundle) -> Segmenter:
        return replace(self.settings, engine=engine).segmenter(bundle)
