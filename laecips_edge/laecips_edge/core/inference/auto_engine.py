"""`engine: auto`: the fastest engine that agrees with fp32, once it is known which one that is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Generic, TypeVar

from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.bundle.manifest import BundleError, Manifest
from laecips_edge.core.inference.engine_probe import (
    LEAST_AGREEMENT,
    REFERENCE,
    ProbedEngine,
    able_engines,
    present_engines,
    probe_engines,
    ranked,
    why,
)
from laecips_edge.core.inference.engine_settings import AUTO, EngineSettings
from laecips_edge.core.inference.engines import EngineError
from laecips_edge.core.inference.probed_engines import ProbedEngines, architecture
from laecips_edge.core.inference.segmenter import Segmenter

SomeSettings = TypeVar("SomeSettings", bound=EngineSettings)


@dataclass
class AutoEngine(Generic[SomeSettings]):
    """Puts bundles on the engine that was found best for their architecture. Thread-safe.

    Until an architecture was probed, its bundles run on the reference. A bundle on whose own frames
    the engine does not agree with fp32, or does not run, runs on the next best that does.

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
        self._orders: dict[tuple[str, ...], tuple[str, ...]] = {}
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
            taken = {order[0] for order in self._orders.values()}
            return not self._unprobed and taken <= {REFERENCE}

    def assemble(self, bundle: Bundle) -> Segmenter:
        """Return the networks of a bundle on their engine.

        Raises:
            EngineError: not even the last engine runs them.
            BundleError: the weights cannot be read.
        """
        if self._named:
            return self.settings.segmenter(bundle)
        able = able_engines(bundle, self.engines)
        order = [engine for engine in self._order(bundle) if engine in (*able, REFERENCE)]
        for engine, other in pairwise(order):
            found = self._tried(engine, bundle)
            if isinstance(found, Segmenter):
                return found
            version = bundle.manifest.version
            self.log(f"engine {other} for version {version}: on {engine} {found}")
        return self._on(order[-1], bundle)

    def probe(self, bundle: Bundle, *, stop: threading.Event) -> str:
        """Find out which engine is the best for a bundle, keep it, and return it.

        Args:
            bundle: one of `unprobed`.
            stop: once it is set, the probe ends soon; the reference is returned and nothing kept.
        """
        probed = probe_engines(
            bundle.path,
            engines=able_engines(bundle, self.engines),
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
        return self._take(bundle.manifest, probed)[0]

    def _order(self, bundle: Bundle) -> tuple[str, ...]:
        """Return the engines for a bundle, the best first; the last one need not agree."""
        key = architecture(bundle.manifest)
        with self._lock:
            if key in self._orders:
                return self._orders[key]
        able = able_engines(bundle, self.engines)
        if len(able) == 1:
            return self._only(key, able)
        probed = self._kept.read(bundle.manifest)
        if probed:
            return self._take(bundle.manifest, probed)
        with self._lock:
            if not self._unprobed:
                self.log(
                    f"engine auto: {REFERENCE} until {', '.join(able[:-1])} and {able[-1]} have "
                    "been timed, once on this machine"
                )
            self._unprobed.append(bundle)
        return (REFERENCE,)

    def _only(self, key: tuple[str, ...], able: tuple[str, ...]) -> tuple[str, ...]:
        with self._lock:
            self._orders[key] = able
        self.log(f"engine auto: {able[0]}, for no other is installed")
        return able

    def _take(self, manifest: Manifest, probed: Sequence[ProbedEngine]) -> tuple[str, ...]:
        key, order = architecture(manifest), ranked(probed, self.engines)
        with self._lock:
            self._orders[key] = order
            self._unprobed = [each for each in self._unprobed if architecture(each.manifest) != key]
        self.log(f"engine auto: {order[0]}, for {why(probed)}")
        return order

    def _tried(self, engine: str, bundle: Bundle) -> Segmenter | str:
        """Return the networks on an engine, or in a few words why they must not run on it.

        In that case no memory of theirs is held, for the next engine needs some.
        """
        try:
            segmenter = self._on(engine, bundle)
            return _problem(segmenter) or segmenter
        except EngineError as error:
            return f"it does not run ({error})"

    def _on(self, engine: str, bundle: Bundle) -> Segmenter:
        return replace(self.settings, engine=engine).segmenter(bundle)


def _problem(segmenter: Segmenter) -> str:
    """Return why a pair must not run on its engine, in a few words; empty: it may."""
    agreement = segmenter.agreement()
    if agreement < LEAST_AGREEMENT:
        return f"only {agreement:.2%} of its pixels are as in fp32"
    try:
        segmenter.self_test()  # of h too
    except BundleError as error:
        return f"it is not as in fp32 ({error})"
    return ""
