"""Answers a hard frame: decode, run F (scores, masks, fusion), store, answer. Never raises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from math import inf, isfinite
from time import monotonic, perf_counter
from typing import Final

import numpy as np
from laecips_edge.core.image.image_messages import ImageError, decode_compressed
from laecips_edge.core.inference.scores import upsample
from laecips_edge.core.link import wire
from laecips_edge.core.link.confidence_map import USUAL_BOUND
from laecips_edge.core.link.hard_frame import (
    MOST_PIXELS,
    AnswerStatus,
    HardFrameAnswer,
    HardFrameRequest,
    StageTimes,
)
from laecips_edge.core.link.wire_error import WireError
from numpy.typing import NDArray

from laecips_cloud.class_scorers import ClassScorerError
from laecips_cloud.fusion.assisted_inference import Assisted, AssistedInference
from laecips_cloud.fusion.batching import TooLateError
from laecips_cloud.hard_frames.loaded_models import LoadedModels
from laecips_cloud.replay_buffer.buffer import ReplayBuffer
from laecips_cloud.replay_buffer.replay_frame import ReplayFrame
from laecips_cloud.replay_buffer.schema import ReplayBufferError

MAX_NAME: Final = 256
"""Longest request_id and longest name of a robot, in characters."""


class RefusedRequest(Exception):  # noqa: N818 (an outcome, not an error of the program)
    """The request gets a status and a reason instead of a label map."""

    def __init__(self, status: AnswerStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


class HardFrameService:
    """Answers hard frames. Safe for several threads; requests of several robots share runs of F.

    Attributes:
        models: the versions of f.
        inference: assisted inference F.
        buffer: the replay buffer; frame and answer are on disk before the answer is returned.

    Args:
        models, inference, buffer: see above.
        now_ns: returns the cloud's clock in nanoseconds.
        on_failure: called with each unexpected exception; the request gets an answer all the same.
        confidence_bound: see `CloudSettings`.
        keep_required: whether a frame is answered only once it is in the buffer. A frame for which
            no robot waits (no `deadline_s`) is sent to be kept, and always needs that.
    """

    def __init__(
        self,
        *,
        models: LoadedModels,
        inference: AssistedInference,
        buffer: ReplayBuffer,
        now_ns: Callable[[], int],
        on_failure: Callable[[Exception], None],
        confidence_bound: float = USUAL_BOUND,
        keep_required: bool = True,
    ) -> None:
        self._keep_required = keep_required
        self._confidence_bound = confidence_bound
        self.models = models
        self.inference = inference
        self.buffer = buffer
        self._now_ns = now_ns
        self._on_failure = on_failure

    def answer(self, frame: HardFrameRequest) -> HardFrameAnswer:
        """Answer a request; without a label map the answer has a status and a one-line message."""
        times = StageTimes()
        try:
            return self._answer(frame, times)
        except RefusedRequest as refused:
            status, message = refused.status, str(refused)
        except ReplayBufferError as error:
            status, message = AnswerStatus.UNAVAILABLE, f"replay buffer: {error}"
        except TooLateError as error:
            status = AnswerStatus.UNAVAILABLE
            message = (
                f"too late: the robot waits {frame.deadline_s:g} s for an answer, and {error}; "
                "upload fewer frames, wait longer, or give the cloud faster hardware"
            )
        except Exception as error:
            self._on_failure(error)
            status = AnswerStatus.UNAVAILABLE
            message = f"the cloud failed with {type(error).__name__}: {error}; see its log"
        return HardFrameAnswer(
            status=status,
            message=" ".join(message.split()),
            bundle_version=frame.bundle_version,
            times=times,
        )

    def _answer(self, frame: HardFrameRequest, times: StageTimes) -> HardFrameAnswer:
        received_ns, received_s = self._now_ns(), monotonic()
        _check(frame)
        self._require_same_classes(frame)
        must_keep = self._keep_required or not frame.deadline_s
        known = self._find(frame.request_id, must_keep=must_keep)
        if known is not None:
            return _answer_of(known, times)
        assisted = self._assisted(frame, times, deadline_s=received_s + (frame.deadline_s or inf))
        unkept = ""
        with _timed(times, "store"):
            kept = ReplayFrame(
                request_id=frame.request_id,
                robot=frame.robot,
                stamp_ns=frame.stamp_ns,
                received_ns=received_ns,
                bundle_version=frame.bundle_version,
                why=frame.why,
                trust=frame.trust,
                picture=frame.picture,
                depth=frame.depth,
                label_map=wire.encode_label_map(assisted.label_map),
                confidence_map=wire.encode_confidence_map(
                    assisted.confidence_map, bound=self._confidence_bound
                ),
            )
            try:
                kept = self.buffer.append(kept)
            except ReplayBufferError as error:
                if must_keep:
                    raise
                unkept = " ".join(str(error).split())
        return _answer_of(kept, times, batch=assisted.batch, unkept=unkept)

    def _find(self, request_id: str, *, must_keep: bool) -> ReplayFrame | None:
        try:
            return self.buffer.find(request_id)
        except ReplayBufferError:
            if must_keep:
                raise
            return None

    def _assisted(
        self, frame: HardFrameRequest, times: StageTimes, *, deadline_s: float
    ) -> Assisted:
        # While a picture is decoded, a gathering batch waits for it.
        with self.inference.coming() as assist:
            with _timed(times, "decode"):
                rgb = _decode_picture(frame)
                depth = _decode_depth(frame, rgb.shape[:2])
                blanked = _decode_blanked(frame, rgb.shape[:2])
            try:
                assisted: Assisted = assist(
                    rgb, lambda: self._edge_scores(frame, rgb, depth), deadline_s=deadline_s
                )
            except ClassScorerError as error:
                # Repeated for each frame: operators should see the failure as long as it lasts.
                raise RefusedRequest(AnswerStatus.UNAVAILABLE, f"class scorer: {error}") from error
        if blanked is not None:
            # Nothing is learnt from pixels without a class.
            assisted = replace(
                assisted,
                label_map=np.where(blanked, np.uint8(wire.NO_CLASS), assisted.label_map),
                confidence_map=np.where(blanked, np.uint8(0), assisted.confidence_map),
            )
        times.scores, times.masks = assisted.scores_ms, assisted.masks_ms
        times.fusion, times.wait = assisted.fusion_ms, assisted.wait_ms
        return assisted

    def _require_same_classes(self, frame: HardFrameRequest) -> None:
        # Two bundle lines may share a version number while their labels mean different classes.
        if frame.classes_hash != self.models.classes_hash:
            raise RefusedRequest(
                AnswerStatus.BAD_REQUEST,
                f"classes_hash: {frame.classes_hash!r} of the robot's bundle, but this cloud's is "
                f"{self.models.classes_hash!r} ({', '.join(self.models.classes)}); give both "
                "bundles of the same classes",
            )

    def _edge_scores(
        self,
        frame: HardFrameRequest,
        rgb: NDArray[np.uint8],
        depth: NDArray[np.uint16] | None,
    ) -> NDArray[np.float32]:
        """Return f's softmax scores at the picture's size, float32 [M, H, W].

        They come from the request, or from the robot's version of f run here. Called only if the
        class scorer needs them, so that others can answer robots whose f the cloud does not have.

        Raises:
            RefusedRequest: the scores are malformed, the version is unknown, or depth is missing.
        """
        size = (rgb.shape[0], rgb.shape[1])
        segmenter = self.models.find(frame.bundle_version)
        if frame.scores:
            try:
                scores = wire.decode_scores(frame.scores, len(self.models.classes))
            except WireError as error:
                raise RefusedRequest(AnswerStatus.BAD_REQUEST, str(error)) from error
            if segmenter is not None and scores.shape != segmenter.manifest.logits_shape:
                raise RefusedRequest(
                    AnswerStatus.BAD_REQUEST,
                    f"scores: {list(scores.shape)}, f of version {frame.bundle_version} gives "
                    f"{list(segmenter.manifest.logits_shape)}; send what it gave",
                )
            return upsample(scores, size)
        if segmenter is None:
            known = ", ".join(map(str, self.models.versions))
            raise RefusedRequest(
                AnswerStatus.UNKNOWN_VERSION,
                f"bundle_version: no f of version {frame.bundle_version} here, only {known}; "
                "add its bundle to the cloud or send scores",
            )
        manifest = segmenter.manifest
        if manifest.modality == "rgbd" and depth is None:
            raise RefusedRequest(
                AnswerStatus.BAD_REQUEST,
                f"depth: none, but f of version {manifest.version} takes depth; send it",
            )
        return segmenter.scores(rgb, depth)


def _check(frame: HardFrameRequest) -> None:
    """Check the fields of a request that need no decoding.

    Raises:
        RefusedRequest: a field is out of range.
    """
    for name, value in (("request_id", frame.request_id), ("robot", frame.robot)):
        if len(value) > MAX_NAME:
            raise RefusedRequest(
                AnswerStatus.BAD_REQUEST,
                f"{name}: {len(value)} characters; at most {MAX_NAME} are taken",
            )
    if not frame.request_id:
        raise RefusedRequest(
            AnswerStatus.BAD_REQUEST, "request_id: empty; give each frame one of its own"
        )
    if not (isfinite(frame.trust) and 0 <= frame.trust <= 1):
        raise RefusedRequest(
            AnswerStatus.BAD_REQUEST, f"confidence: {frame.trust}; it is h of the frame, in [0, 1]"
        )
    if not 0 <= frame.deadline_s < inf:
        raise RefusedRequest(
            AnswerStatus.BAD_REQUEST,
            f"deadline_s: {frame.deadline_s}; give the seconds that the robot waits, or 0",
        )


def _decode_picture(frame: HardFrameRequest) -> NDArray[np.uint8]:
    try:
        return decode_compressed(frame.picture, frame.picture_format, most_pixels=MOST_PIXELS)
    except ImageError as error:
        raise RefusedRequest(AnswerStatus.BAD_REQUEST, f"image: {error}") from error


def _decode_depth(frame: HardFrameRequest, shape: tuple[int, ...]) -> NDArray[np.uint16] | None:
    if not frame.depth:
        return None
    try:
        return wire.decode_depth(frame.depth, (shape[0], shape[1]))
    except WireError as error:
        raise RefusedRequest(AnswerStatus.BAD_REQUEST, str(error)) from error


def _decode_blanked(frame: HardFrameRequest, shape: tuple[int, ...]) -> NDArray[np.uint8] | None:
    if not frame.blanked:
        return None
    try:
        return wire.decode_label_map(frame.blanked, (shape[0], shape[1]), 2)
    except WireError as error:
        raise RefusedRequest(AnswerStatus.BAD_REQUEST, f"blanked: {error}") from error


def _answer_of(
    kept: ReplayFrame, times: StageTimes, *, batch: int = 0, unkept: str = ""
) -> HardFrameAnswer:
    # Without a run of F (batch 0) the answer is the stored one of an earlier request.
    return HardFrameAnswer(
        status=AnswerStatus.OK,
        label_map=kept.label_map,
        confidence_map=kept.confidence_map,
        bundle_version=kept.bundle_version,
        times=times,
        batch=batch,
        repeated=not batch,
        unkept=unkept,
    )


@contextmanager
def _timed(times: StageTimes, stage: str) -> Iterator[None]:
    started = perf_counter()
    try:
        yield
    finally:
        setattr(times, stage, (perf_counter() - started) * 1e3)
