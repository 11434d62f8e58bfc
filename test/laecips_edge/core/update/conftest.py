"""A robot's model updates in this process: every part is real but clock, wire and camera."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from laecips_edge.core.bundle.bundle import Bundle, Manifest
from laecips_edge.core.frame.frame import Frame, SeenFrame
from laecips_edge.core.frame.frame_history import FrameHistory
from laecips_edge.core.frame.running_pair import Look, RunningPair
from laecips_edge.core.image.picture import Picture
from laecips_edge.core.inference.load_pair import Assemble
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.link.circuit_breaker import CircuitBreaker
from laecips_edge.core.link.model_update import ModelOffer, PieceAnswer, UpdateReport
from laecips_edge.core.routing.policy import Policy
from laecips_edge.core.signing.trusted_keys import TrustedKeys
from laecips_edge.core.transfer.rate_limiter import RateLimiter
from laecips_edge.core.update.bundle_download import BundleDownload, Piece
from laecips_edge.core.update.download_driver import DownloadDriver
from laecips_edge.core.update.operator_orders import OperatorOrders
from laecips_edge.core.update.slots import read_slots
from laecips_edge.core.update.starting_pair import open_store, starting_pair
from laecips_edge.core.update.trial import Trial
from laecips_edge.core.update.updater import Updater
from made_bundles import manifest_sha256, nudged, one_class, size, variant

LOGGER = logging.getLogger("robot")
WATCHED = 12
PIECE_S = 0.1
"""Seconds that an answer of the trainer takes."""


class Trainer:
    """Bundles that a trainer offers, and its answers, which a test may spoil."""

    def __init__(self) -> None:
        self.bundles: dict[int, Bundle] = {}
        self.requests: list[Piece] = []
        self.spoil: Callable[[Piece, PieceAnswer], PieceAnswer] = lambda _, reply: reply

    def offer(self, bundle: Bundle, **fields: object) -> ModelOffer:
        """Serve a bundle; what is announced of it, with `fields` in the place of what is right."""
        self.bundles[bundle.manifest.version] = bundle
        right = ModelOffer(
            name=bundle.manifest.name,
            version=bundle.manifest.version,
            classes_hash=bundle.manifest.classes_hash,
            manifest_sha256=manifest_sha256(bundle),
            bytes=size(bundle),
        )
        return replace(right, **fields)  # type: ignore[arg-type]

    def answer(self, version: int, piece: Piece) -> PieceAnswer:
        """What a robot gets that asks."""
        self.requests.append(piece)
        data = (self.bundles[version].path / piece.file).read_bytes()
        part = data[piece.offset : piece.offset + piece.length]
        return self.spoil(piece, PieceAnswer(size=len(data), data=part))


class Robot:
    """What an edge node has of model updates. Starts at once; may be started again.

    Args:
        folder: of its model store.
        base: bundle that it is given.
        trusted: keys that must sign updates; None: none need to.
    """

    def __init__(self, folder: Path, base: Bundle, trusted: TrustedKeys | None = None) -> None:
        self.trusted = trusted
        self.utc_s = 0.0
        self.folder = folder
        self.base = base
        self.assemble: Assemble = assembled
        self.trainer = Trainer()
        self.reports: list[UpdateReport] = []
        self.ran: list[int] = []
        """The version that ran at each report."""
        self.superseded = 0
        self.now = 100.0
        self.frames = 0
        self.start()

    def start(self) -> None:
        """Do as a node that is configured."""
        store = open_store(
            str(self.folder), robot="robot", base=self.base, logger=LOGGER, trusted=self.trusted
        )
        assert store is not None
        self.store = store
        assemble = self._assemble
        pair, before = starting_pair(store, self.base, assemble=assemble, logger=LOGGER)
        self.running = RunningPair(pair, self.policy, before=before)
        self.history = FrameHistory()
        self.asked: list[tuple[int, Piece]] = []
        self._breaker = CircuitBreaker(
            failures_to_open=1, first_wait_s=1.0, longest_wait_s=4.0, clock=self._clock
        )
        self.trial = Trial(
            store=store,
            running=self.running,
            history=self.history,
            frames=WATCHED,
            tell=self._tell,
            logger=LOGGER,
        )
        self.updater = Updater(
            store=store,
            running=self.running,
            trial=self.trial,
            history=self.history,
            assemble=assemble,
            open_fetch=self._open_fetch,
            breaker=self._breaker,
            tell=self._tell,
            superseded=lambda: self.superseded,
            adapt=True,
            logger=LOGGER,
            trusted=self.trusted,
            utc_s=lambda: self.utc_s,
        )
        self.orders = OperatorOrders(
            store=store, running=self.running, trial=self.trial, assemble=assemble, logger=LOGGER
        )

    def end(self, *, killed: bool = False) -> None:
        """End as a node that is deactivated, or as a process that is killed."""
        if not killed:
            self.updater.suspend()
            self.store.stopped()
        self.store.close()

    def restart(self, *, killed: bool = False) -> int:
        """End and start; the version that runs then."""
        self.end(killed=killed)
        self.start()
        return self.version

    @property
    def version(self) -> int:
        """That runs."""
        return self.running.current.manifest.version

    @property
    def kept(self) -> list[int]:
        """Versions in the slots."""
        return sorted(slot.version for slot in read_slots(self.store.folder))

    def play(self, frames: int = 1) -> int:
        """Look at some frames, updates going on after each; the version that answered the last."""
        version = self.version
        for _ in range(frames):
            version = self.look().manifest.version
            self.updater.advance()
        return version

    def look(self) -> Look:
        """Look at the next frame, as the inference thread does."""
        self.frames += 1
        rgb = picture(self.frames)
        frame = Frame(
            number=self.frames,
            stamp_ns=self.frames * 10**9,
            frame_id="",
            picture=Picture(None, compressed=False),
            received_s=0.0,
        )
        look = self.running.look(rgb, None, stamp_ns=frame.stamp_ns)
        seen = SeenFrame(
            frame=frame,
            rgb=rgb,
            depth=None,
            prediction=look.prediction,
            decision=look.decision,
            manifest=look.manifest,
        )
        # How busy this machine is must not decide about a version.
        self.history.add(seen, replace(look.observation, inference_ms=5.0))
        return look

    def offer(self, bundle: Bundle, **fields: object) -> ModelOffer:
        """Let the trainer announce a bundle; see `Trainer.offer`."""
        offer = self.trainer.offer(bundle, **fields)
        self.updater.offer(offer)
        return offer

    def work(self, *, seconds: float = 60.0, pieces: int = 1000) -> None:
        """Do as the model link's thread until there is nothing to do.

        Args:
            seconds: for which it may wait, on the robot's clock.
            pieces: that the trainer answers at most.
        """
        for _ in range(10_000):
            self.updater.advance()
            if self.asked:
                if pieces == 0:
                    return
                pieces -= 1
                version, piece = self.asked.pop()
                self.now += PIECE_S
                self.updater.receive(piece, self.trainer.answer(version, piece))
                continue
            wait = self.updater.seconds_to_next
            if wait is None or wait > seconds:
                return
            seconds -= wait
            self.now += wait
        raise AssertionError("it never comes to rest")

    def update(self, *bundles: Bundle, kept: bool = True) -> None:
        """Take versions, one after the other, and let each see through its trial."""
        for bundle in bundles:
            self.offer(bundle)
            self.work()
            assert self.version == bundle.manifest.version
            if kept:
                self.play(WATCHED)
                assert not self.trial.active

    @staticmethod
    def policy(manifest: Manifest) -> Policy:
        """h, held against the bundle's own threshold."""
        return Policy("laecips", manifest=manifest, audit_rate=0.0)

    def _tell(self, report: UpdateReport) -> None:
        self.reports.append(report)
        self.ran.append(self.version)

    def _assemble(self, bundle: Bundle) -> Segmenter:
        return self.assemble(bundle)

    def _clock(self) -> float:
        return self.now

    def _open_fetch(self, offer: ModelOffer, download: BundleDownload) -> DownloadDriver:
        return DownloadDriver(
            download,
            ask=lambda piece: self.asked.append((offer.version, piece)),
            forget=lambda _: self.asked.clear(),
            available=lambda: True,
            breaker=self._breaker,
            rate_limiter=RateLimiter(0, clock=self._clock),
            chunk=65_536,
            clock=self._clock,
        )


_ASSEMBLED: dict[str, Segmenter] = {}


def assembled(bundle: Bundle) -> Segmenter:
    """The pair of a bundle, whose networks are assembled once: that is what takes the time."""
    key = manifest_sha256(bundle)
    if key not in _ASSEMBLED:
        _ASSEMBLED[key] = Segmenter(bundle)
    pair = copy(_ASSEMBLED[key])
    pair.manifest = bundle.manifest  # each pair has one of its own, by which its frames are known
    return pair


def picture(seed: int) -> np.ndarray:
    """Coloured blocks, uint8 [96,128,3]."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (6, 8, 3), np.uint8).repeat(16, axis=0).repeat(16, axis=1)


@pytest.fixture
def new_robot(tiny_bundle: Bundle) -> Callable[..., Robot]:
    """Makes a robot of version 1 with a store in a folder, which may trust keys."""
    return lambda folder, trusted=None: Robot(folder, tiny_bundle, trusted)


@pytest.fixture
def robot(
    new_robot: Callable[..., Robot], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> Iterator[Robot]:
    """A robot of version 1 with an empty store."""
    caplog.set_level(logging.INFO)
    it = new_robot(tmp_path / "models")
    yield it
    it.store.close()


@pytest.fixture(scope="session")
def versions(tiny_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Bundle]:
    """Versions 2 to 5: the tiny bundle after small steps, each with a threshold of its own."""
    folder = tmp_path_factory.mktemp("versions")
    return {
        version: variant(
            tiny_bundle,
            folder / str(version),
            version,
            weights_f=nudged(tiny_bundle.weights("f"), seed=version),
            thresholds={"laecips": 0.5 + version / 1000},
        )
        for version in range(2, 6)
    }


@pytest.fixture(scope="session")
def harmful(tiny_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """Version 7: passes every test, and names one class everywhere."""
    folder = tmp_path_factory.mktemp("harmful")
    return variant(tiny_bundle, folder / "7", 7, weights_f=one_class(tiny_bundle))
