"""Replay without ROS: the edge node's router processes every frame, and no answer is late.

The result of a frame depends only on bag, bundle and settings, so an offline run can be compared
with a live run frame by frame (`laecips_eval.scoring.measures.agreement`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from laecips_cloud.hard_frames.assembly import offline_service
from laecips_cloud.hard_frames.cloud_settings import CloudSettings
from laecips_cloud.hard_frames.service import HardFrameService
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.frame.counters import FrameCounters, FrameOutcome
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.frame.frame import Frame, FrameAnswer, SeenFrame
from laecips_edge.core.frame.router import Router
from laecips_edge.core.frame.router_events import RouterEvents
from laecips_edge.core.frame.running_pair import RunningPair
from laecips_edge.core.frame.upload import Upload
from laecips_edge.core.image.image_messages import ImageError
from laecips_edge.core.link.circuit_breaker import CircuitBreaker
from laecips_edge.core.link.hard_frame import HardFrameAnswer, HardFrameRequest
from laecips_edge.core.link.in_flight import InFlightRequests
from laecips_edge.core.link.transport import InProcessTransport
from laecips_edge.core.routing.policy import Decision, Policy
from laecips_edge.core.routing.threshold_control import ThresholdControl
from laecips_edge.core.routing.upload_budget import Allowance

from laecips_eval.bags import Bag
from laecips_eval.bags.pictures import BagFrame
from laecips_eval.offline_replay.learning import OfflineLearning
from laecips_eval.offline_replay.untrained import score_untrained
from laecips_eval.scoring.answers import EdgeCounters, PublishedAnswer
from laecips_eval.scoring.scoreboard import Scoreboard
from laecips_eval.scoring.updates import Swap

EASY_S: Final = 0.06
HARD_S: Final = 0.2
"""Assumed seconds per easy and per hard answer for a latency budget, as on an idle machine."""

NEVER_S: Final = 1e9
"""Deadline of the cloud in seconds: long enough that no answer is late."""

WORDS: Final = {
    FrameOutcome.EDGE: ("edge", "none"),
    FrameOutcome.CLOUD: ("cloud", "none"),
    FrameOutcome.FALLBACK_OVERLOAD: ("edge_fallback", "overload"),
    FrameOutcome.FALLBACK_DEADLINE: ("edge_fallback", "deadline"),
    FrameOutcome.FALLBACK_OFFLINE: ("edge_fallback", "offline"),
}
"""Source and reason of a published answer by outcome."""

Progress = Callable[[int, int], None]


def replay_offline(
    bag: Bag,
    *,
    bundle: Bundle,
    edge: EdgeSettings,
    cloud: CloudSettings,
    learning: OfflineLearning | None = None,
    progress: Progress = lambda done, total: None,
    swapped: Callable[[Swap], None] = lambda swap: None,
) -> Scoreboard:
    """Replay a bag.

    Args:
        bag: the bag; label maps are scored where it has truth.
        bundle: the pair (f, h).
        edge: settings of the edge node.
        cloud: settings of the cloud node.
        learning: settings of the training; None: no training.
        progress: called with (frames done, frames in total).
        swapped: called, in the end, with each pair that came over the link of `learning`.

    Returns:
        The scoreboard, without latencies.

    Raises:
        ValueError: a setting is unknown, or the bundle cannot run.
    """
    with tempfile.TemporaryDirectory(prefix="laecips-offline-") as folder, ExitStack() as stack:
        clock = Clock()
        trainer = None
        if learning is not None:
            from laecips_eval.offline_replay.trainer import (  # noqa: PLC0415 (needs torch)
                OfflineTrainer,
            )

            trainer = stack.enter_context(OfflineTrainer(bundle, learning))
        service = offline_service(
            bundle,
            cloud,
            buffer=Path(folder) / "replay.sqlite" if learning is None else learning.recipe.buffer,
            library=None if learning is None else learning.library,
            now_ns=clock.read,
        )
        stack.callback(service.buffer.close)
        run = _Robot(bag, bundle=bundle, settings=edge, service=service)
        for index, frame in enumerate(bag.frames()):
            clock.now_ns = frame.stamp_ns
            if trainer is not None and (pair := trainer.advance(frame.stamp_ns)) is not None:
                run.swap(pair)
            run.replay(index, frame)
            progress(index + 1, len(bag))
        if trainer is not None:
            for swap in trainer.fetch.swaps:
                swapped(swap)
            score_untrained(run.board, bag, bundle=bundle, edge=edge)
    return run.scoreboard()


class Clock:
    """A clock that shows the time of the bag."""

    now_ns = 0

    def read(self) -> int:
        """Return the time in nanoseconds."""
        return self.now_ns


class AssumedDelays(ThresholdControl):
    """A threshold control with `EASY_S` and `HARD_S` in place of measured times."""

    def looked(
        self, decision: Decision, *, policy: Policy, manifest: Manifest, cloud_is_there: bool
    ) -> Allowance:
        """Process a frame's decision and the assumed delays; see `ThresholdControl.looked`."""
        allowance = super().looked(
            decision, policy=policy, manifest=manifest, cloud_is_there=cloud_is_there
        )
        super().answered(EASY_S, hard=False)
        super().answered(HARD_S, hard=True)
        return allowance

    def answered(self, seconds: float, *, hard: bool) -> None:
        """Ignore the measured time."""


class _Robot(RouterEvents):
    """The edge node's router with the cloud as a function call; scores all answers."""

    def __init__(
        self, bag: Bag, *, bundle: Bundle, settings: EdgeSettings, service: HardFrameService
    ) -> None:
        self.board = Scoreboard(
            classes=bundle.manifest.classes,
            segments=bag.segments,
            disturbances=bag.disturbances,
            total=len(bag),
            first_version=bundle.manifest.version,
        )
        self.board.score_findings(
            settings.findings.labels(bundle.manifest.classes), smallest=settings.findings.smallest
        )
        self._settings = settings
        self._blanking = settings.privacy.blanking()
        self._truth = bag.truth()
        self._service = service
        self._failure: Exception | None = None
        self._counters = FrameCounters()
        self._running = RunningPair(settings.segmenter(bundle), settings.policy_for)
        self._router = Router(
            running=self._running,
            transport=InProcessTransport(self._ask),
            in_flight=InFlightRequests(
                max_in_flight=1,
                deadline_s=NEVER_S,
                breaker=CircuitBreaker(failures_to_open=len(bag) + 1),
            ),
            upload=Upload(
                robot="offline",
                session="offline",
                jpeg_quality=settings.jpeg_quality,
                forward_jpeg=settings.forward_jpeg,
                send_scores=settings.send_scores,
            ),
            counters={"": self._counters},
            sink=self,
            threshold=settings.steering(AssumedDelays),
            events=self,
        )

    def swap(self, bundle: Bundle) -> None:
        """Replace the running pair."""
        self._running.put(self._running.prepare(self._settings.segmenter(bundle)))

    def replay(self, index: int, frame: BagFrame) -> None:
        """Route one frame, from the picture to its answer."""
        self.board.add_played(frame.stamp_ns, index=index)
        picture = replace(
            frame.picture(),
            significant_bits=self._settings.significant_bits,
            blanking=self._blanking,
        )
        self._router.route(
            self._router.receive(picture, stamp_ns=frame.stamp_ns, frame_id=frame.frame_id)
        )
        if self._failure is not None:
            raise self._failure

    def rejected(self, frame: Frame, error: Exception) -> None:
        """Leave an unreadable picture without an answer, as the edge node does."""
        if not isinstance(error, ImageError):
            raise error
        self.board.add_rejection(str(error))

    def answer_now(self, seen: SeenFrame) -> None:
        """Score f's own label map."""
        stamp_ns = seen.frame.stamp_ns
        self.board.add_label_map_now(stamp_ns, seen.prediction.label_map, self._truth.get(stamp_ns))

    def answer(self, answer: FrameAnswer) -> None:
        """Score the final answer."""
        seen, stamp_ns = answer.seen, answer.seen.frame.stamp_ns
        source, reason = WORDS[answer.outcome]
        self.board.add_label_map(stamp_ns, answer.label_map, self._truth.get(stamp_ns))
        self.board.add_answer(
            PublishedAnswer(
                stamp_ns=stamp_ns,
                source=source,
                reason=reason,
                # In the message both are float32.
                trust=float(np.float32(seen.decision.trust)),
                delta=float(np.float32(seen.decision.delta)),
                hard=seen.decision.hard,
                audit=seen.decision.audit,
                bytes_up=answer.bytes_up,
                bytes_down=answer.bytes_down,
                version=seen.manifest.version,
            )
        )

    def scoreboard(self) -> Scoreboard:
        """Return the scoreboard with the final counters."""
        counts = self._counters.counts()
        names = EdgeCounters.__dataclass_fields__
        self.board.add_counters(EdgeCounters(**{name: counts[name] for name in names}))
        return self.board

    def _ask(self, request: HardFrameRequest) -> HardFrameAnswer:
        try:
            return self._service.answer(request)
        except Exception as error:
            # The router answers with a fallback; a replay must report the failure.
            self._failure = error
            raise
