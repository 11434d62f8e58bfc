"""A replay without ROS: the same pure modules, frame by frame, nothing dropped, nothing late.

What an offline run says of a frame depends on bag, bundle and settings only, so it can be compared
with a live run frame by frame (`laecips_eval.reports.agreement`).
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from laecips_cloud.assisted_inference import AssistedInference
from laecips_cloud.class_scorers import create_class_scorer
from laecips_cloud.hard_frame import Answer as CloudAnswer
from laecips_cloud.hard_frame import HardFrame, Status
from laecips_cloud.hard_frame_desk import HardFrameDesk
from laecips_cloud.mask_generators import create_mask_generator
from laecips_cloud.model_shelf import ModelShelf
from laecips_cloud.plugins import options_of
from laecips_cloud.replay.buffer import ReplayBuffer
from laecips_cloud.vote import Vote
from laecips_edge.core import wire
from laecips_edge.core.bundle import Bundle
from laecips_edge.core.metrics import LabelMap
from laecips_edge.core.policy import Decision
from laecips_edge.core.segmenter import Prediction, Segmenter
from laecips_edge.core.upload import picture_to_send, scores_to_send
from numpy.typing import NDArray

from laecips_eval.bags import Bag, BagError
from laecips_eval.bags.pictures import CompressedPicture, Frame
from laecips_eval.reports.run_setup import EdgeSettings
from laecips_eval.scoring.answers import Answer, EdgeCounters
from laecips_eval.scoring.scoreboard import Scoreboard

Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class CloudSettings:
    """The cloud node's parameters that decide what comes out of a frame.

    Attributes:
        mask_generator: its name.
        mask_options: its own options, each NAME=VALUE.
        class_scorer: its name.
        scorer_options: its own options, each NAME=VALUE.
        vote: when a mask may overrule its pixels.
        engine: name of the inference engine that runs f.
        providers: its execution providers.
        threads: its threads.
    """

    mask_generator: str = "graph"
    mask_options: tuple[str, ...] = ()
    class_scorer: str = "edge"
    scorer_options: tuple[str, ...] = ()
    vote: Vote = Vote()  # noqa: RUF009 (frozen)
    engine: str = "onnxruntime"
    providers: tuple[str, ...] = ("CPUExecutionProvider",)
    threads: int = 1

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, Any]) -> Self:
        """Picks them out of all parameters of the node; what is missing keeps its default."""
        found = {f.name: parameters[f.name] for f in fields(cls) if f.name in parameters}
        # ROS has no empty lists with a type: one empty text stands for none.
        lists = {
            name: tuple(text for text in value if text)
            for name, value in found.items()
            if isinstance(value, list | tuple)
        }
        bounds = {f.name: f"vote.{f.name}" for f in fields(Vote)}
        given = {name: parameters[key] for name, key in bounds.items() if key in parameters}
        return cls(**found | lists, vote=Vote(**given))


def replay_offline(
    bag: Bag,
    *,
    bundle: Bundle,
    edge: EdgeSettings,
    cloud: CloudSettings,
    progress: Progress = lambda done, total: None,
) -> Scoreboard:
    """Replays a bag.

    Args:
        bag: the bag; where it has truth, label maps are scored.
        bundle: the pair (f, h).
        edge: what the edge node would be told.
        cloud: what the cloud node would be told.
        progress: called with frames done and in all.

    Returns:
        The scoreboard; it has no latencies.

    Raises:
        ValueError: when a setting is unknown, or the bundle cannot run.
    """
    with tempfile.TemporaryDirectory(prefix="laecips-offline-") as folder:
        desk = _desk(bundle, cloud, Path(folder))
        run = _Run(bag, bundle=bundle, settings=edge, desk=desk)
        for index, frame in enumerate(bag.frames()):
            run.replay(index, frame)
            progress(index + 1, len(bag))
    return run.scoreboard()


class _Run:
    """Edge and cloud as plain function calls."""

    def __init__(
        self, bag: Bag, *, bundle: Bundle, settings: EdgeSettings, desk: HardFrameDesk
    ) -> None:
        self._settings = settings
        self._desk = desk
        self._policy = settings.decider(bundle)
        self._segmenter = Segmenter(
            bundle, engine=settings.engine, providers=settings.providers, threads=settings.threads
        )
        self._truth = bag.truth()
        self._board = Scoreboard(
            classes=bundle.manifest.classes, segments=bag.segments, total=len(bag)
        )
        self._counters = EdgeCounters()

    def replay(self, index: int, frame: Frame) -> None:
        """One frame, from the picture to its answer."""
        self._board.add_played(frame.stamp_ns, index=index)
        try:
            rgb = frame.rgb()
        except BagError:
            return  # the edge node rejects it too
        prediction = self._segmenter.predict(rgb)
        decision = self._policy.decide(
            prediction.logits, trust=self._segmenter.trust, stamp_ns=frame.stamp_ns
        )
        truth = self._truth.get(frame.stamp_ns)
        self._board.add_label_map_now(frame.stamp_ns, prediction.label_map, truth)
        answer = _answer_of_f(frame.stamp_ns, decision)
        label_map = prediction.label_map
        if decision.upload:
            answered, up, down = self._ask(index, frame, rgb, prediction, decision)
            if decision.hard:
                answer = replace(answer, bytes_up=up, bytes_down=down)
                if answered is not None:
                    label_map = answered
                    answer = replace(answer, source="cloud", reason="none")
        self._board.add_label_map(frame.stamp_ns, label_map, truth)
        self._board.add_answer(answer)

    def scoreboard(self) -> Scoreboard:
        """What it came to."""
        self._board.add_counters(self._counters)
        return self._board

    def _ask(
        self,
        index: int,
        frame: Frame,
        rgb: NDArray[np.uint8],
        prediction: Prediction,
        decision: Decision,
    ) -> tuple[LabelMap | None, int, int]:
        """F's label map, or None where the cloud refused; bytes up and down."""
        request = self._request(index, frame, rgb, prediction, decision)
        response = self._desk.answer(request)
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
        frame: Frame,
        rgb: NDArray[np.uint8],
        prediction: Prediction,
        decision: Decision,
    ) -> HardFrame:
        payload, settings = frame.payload, self._settings
        manifest = self._segmenter.manifest
        forward = settings.forward_jpeg and isinstance(payload, CompressedPicture)
        picture = picture_to_send(
            rgb, original=payload.data if forward else None, quality=settings.jpeg_quality
        )
        scores = b""
        if settings.send_scores:
            scores = scores_to_send(prediction.logits, temperature=manifest.temperature)
        return HardFrame(
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

    def _decode(self, response: CloudAnswer, rgb: NDArray[np.uint8]) -> LabelMap | None:
        if response.status is not Status.OK:
            return None
        classes = len(self._segmenter.manifest.classes)
        return wire.decode_label_map(response.label_map, (rgb.shape[0], rgb.shape[1]), classes)


def _answer_of_f(stamp_ns: int, decision: Decision) -> Answer:
    """f's answer: final for an easy frame, a fallback for a hard one unless the cloud answers."""
    return Answer(
        stamp_ns=stamp_ns,
        source="edge_fallback" if decision.hard else "edge",
        reason="offline" if decision.hard else "none",
        # On the wire both are float32.
        confidence=float(np.float32(decision.confidence)),
        delta=float(np.float32(decision.delta)),
        hard=decision.hard,
        audit=decision.audit,
    )


def _desk(bundle: Bundle, settings: CloudSettings, folder: Path) -> HardFrameDesk:
    def fail(error: Exception) -> None:
        raise error

    return HardFrameDesk(
        shelf=ModelShelf(
            [bundle.path],
            engine=settings.engine,
            providers=settings.providers,
            threads=settings.threads,
        ),
        inference=AssistedInference(
            create_mask_generator(settings.mask_generator, options_of(settings.mask_options)),
            create_class_scorer(
                settings.class_scorer,
                options_of(settings.scorer_options),
                classes=bundle.manifest.classes,
            ),
            classes=len(bundle.manifest.classes),
            vote=settings.vote,
        ),
        # No training will ask for these frames.
        buffer=ReplayBuffer(
            folder / "replay.sqlite", classes=bundle.manifest.classes, max_frames=1
        ),
        now_ns=time.time_ns,
        on_failure=fail,
    )
