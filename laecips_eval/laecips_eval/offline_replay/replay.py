"""A replay without ROS: the same pure modules, frame by frame, nothing dropped, nothing late.

What an offline run says of a frame depends on bag, bundle and settings only, so it can be compared
with a live run frame by frame (`laecips_eval.scoring.agreement`).
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
from laecips_cloud.metrics import LabelMap
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.inference.segmenter import Prediction, Segmenter
from laecips_edge.core.link import wire
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer, HardFrameRequest
from laecips_edge.core.link.upload import picture_to_send, scores_to_send
from laecips_edge.core.routing.policy import Decision
from numpy.typing import NDArray

from laecips_eval.bags import Bag, BagError
from laecips_eval.bags.pictures import BagFrame, CompressedPicture
from laecips_eval.offline_replay.trainer import OfflineLearning, OfflineTrainer
from laecips_eval.offline_replay.untrained import score_untrained
from laecips_eval.scoring.answers import EdgeCounters, PublishedAnswer
from laecips_eval.scoring.scoreboard import Scoreboard

EASY_S: Final = 0.06
HARD_S: Final = 0.2
"""Seconds that answers are taken to need where a latency budget asks: those of a quiet machine."""

Progress = Callable[[int, int], None]


def replay_offline(
    bag: Bag,
    *,
    bundle: Bundle,
    edge: EdgeSettings,
    cloud: CloudSettings,
    learning: OfflineLearning | None = None,
    progress: Progress = lambda done, total: None,
) -> Scoreboard:
    """Replays a bag.

    Args:
        bag: the bag; where it has truth, label maps are scored.
        bundle: the pair (f, h).
        edge: what the edge node would be told.
        cloud: what the cloud node would be told.
        learning: what the trainer would be told; None: nothing is trained.
        progress: called with frames done and in all.

    Returns:
        The scoreboard; it has no latencies.

    Raises:
        ValueError: when a setting is unknown, or the bundle cannot run.
    """
    with tempfile.TemporaryDirectory(prefix="laecips-offline-") as folder, ExitStack() as stack:
        clock = Clock()
        trainer = None
        if learning is not None:
            trainer = stack.enter_context(OfflineTrainer(bundle, learning))
        service = offline_service(
            bundle,
            cloud,
            buffer=Path(folder) / "replay.sqlite" if learning is None else learning.recipe.buffer,
            library=None if learning is None else learning.library,
            now_ns=clock.read,
        )
        run = _Run(bag, bundle=bundle, settings=edge, service=service)
        for index, frame in enumerate(bag.frames()):
            clock.now_ns = frame.stamp_ns
            if trainer is not None and (pair := trainer.advance(frame.stamp_ns)) is not None:
                run.swap(pair)
            run.replay(index, frame)
            progress(index + 1, len(bag))
        if learning is not None:
            score_untrained(run.board, bag, bundle=bundle, edge=edge)
    return run.scoreboard()


class Clock:
    """The bag's time."""

    now_ns = 0

    def read(self) -> int:
        """Nanoseconds."""
        return self.now_ns


class _Run:
    """Edge and cloud as plain function calls."""

    def __init__(
        self, bag: Bag, *, bundle: Bundle, settings: EdgeSettings, service: HardFrameService
    ) -> None:
        self._settings = settings
        self._service = service
        self._steering = settings.steering()
        self._truth = bag.truth()
        self.board = Scoreboard(
            classes=bundle.manifest.classes,
            segments=bag.segments,
            total=len(bag),
            first_version=bundle.manifest.version,
        )
        self._counters = EdgeCounters()
        self.swap(bundle)

    def swap(self, bundle: Bundle) -> None:
        """Goes on with another pair."""
        settings = self._settings
        self._policy = settings.decider(bundle)
        self._segmenter = Segmenter(
            bundle, engine=settings.engine, providers=settings.providers, threads=settings.threads
        )

    def replay(self, index: int, frame: BagFrame) -> None:
        """One frame, from the picture to its answer."""
        self.board.add_played(frame.stamp_ns, index=index)
        try:
            rgb = frame.rgb()
        except BagError:
            return  # the edge node rejects it too
        prediction = self._segmenter.predict(rgb)
        decision = self._policy.decide(
            prediction.logits, trust=self._segmenter.trust, stamp_ns=frame.stamp_ns
        )
        self._steer(decision)
        truth = self._truth.get(frame.stamp_ns)
        self.board.add_label_map_now(frame.stamp_ns, prediction.label_map, truth)
        version = self._segmenter.manifest.version
        answer = _answer_of_f(frame.stamp_ns, decision, version)
        label_map = prediction.label_map
        if decision.upload:
            answered, up, down = self._ask(index, frame, rgb, prediction, decision)
            if decision.hard:
                answer = replace(answer, bytes_up=up, bytes_down=down)
                if answered is not None:
                    label_map = answered
                    answer = replace(answer, source="cloud", reason="none")
        self.board.add_label_map(frame.stamp_ns, label_map, truth)
        self.board.add_answer(answer)

    def _steer(self, decision: Decision) -> None:
        """Every answer takes as long as `EASY_S` and `HARD_S` say: there is no clock here."""
        steering = self._steering
        if steering is None:
            return
        delta = steering.looked(
            decision,
            policy=self._policy,
            manifest=self._segmenter.manifest,
            cloud_is_there=True,
        )
        steering.answered(EASY_S, hard=False)
        steering.answered(HARD_S, hard=True)
        self._policy = self._policy.held_to(delta)

    def scoreboard(self) -> Scoreboard:
        """What it came to."""
        self.board.add_counters(self._counters)
        return self.board

    def _ask(
        self,
        index: int,
        frame: BagFrame,
        rgb: NDArray[np.uint8],
        prediction: Prediction,
        decision: Decision,
    ) -> tuple[LabelMap | None, int, int]:
        """F's label map, or None where the cloud refused; bytes up and down."""
        request = self._request(index, frame, rgb, prediction, decision)
        response = self._service.answer(request)
        up = len(request.picture) + len(request.scores)
        down = len(response.label_map) + len(response.confidence_map)
        counted = self._counters
        self._counters = replace(
            counted,
            sent=counted.sent + 1,
            audit=counted.audit + decision.audit,
            bytes_up=counted.bytes_up + up,
            bytes_down=counted.bytes_down + down,
        )
        return self._decode(response, rgb), up, down

    def _request(
        self,
        index: int,
        frame: BagFrame,
        rgb: NDArray[np.uint8],
        prediction: Prediction,
        decision: Decision,
    ) -> HardFrameRequest:
        payload, settings = frame.payload, self._settings
        manifest = self._segmenter.manifest
        forward = settings.forward_jpeg and isinstance(payload, CompressedPicture)
        picture = picture_to_send(
            rgb, original=payload.data if forward else None, quality=settings.jpeg_quality
        )
        scores = b""
        if settings.send_scores:
            scores = scores_to_send(prediction.logits, temperature=manifest.temperature)
        return HardFrameRequest(
            request_id=str(index),
            robot="offline",
            stamp_ns=frame.stamp_ns,
            picture=picture,
            picture_format="jpeg",
            depth=b"",
            bundle_version=manifest.version,
            classes_hash=manifest.classes_hash,
            why="audit" if decision.audit else "hard",
            trust=decision.confidence,
            scores=scores,
        )

    def _decode(self, response: HardFrameAnswer, rgb: NDArray[np.uint8]) -> LabelMap | None:
        if response.status is not AnswerStatus.OK:
            return None
        classes = len(self._segmenter.manifest.classes)
        return wire.decode_label_map(response.label_map, (rgb.shape[0], rgb.shape[1]), classes)


def _answer_of_f(stamp_ns: int, decision: Decision, version: int) -> PublishedAnswer:
    """f's answer: final for an easy frame, a fallback for a hard one unless the cloud answers."""
    return PublishedAnswer(
        stamp_ns=stamp_ns,
        source="edge_fallback" if decision.hard else "edge",
        reason="offline" if decision.hard else "none",
        # On the wire both are float32.
        confidence=float(np.float32(decision.confidence)),
        delta=float(np.float32(decision.delta)),
        hard=decision.hard,
        audit=decision.audit,
        version=version,
    )
