"""Make the request for a frame, and check and decode the cloud's answer."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.frame.frame import SeenFrame
from laecips_edge.core.frame.upload_fit import SentPicture, UploadFit
from laecips_edge.core.image.codecs import encode_jpeg
from laecips_edge.core.image.fitting import fit_depth
from laecips_edge.core.image.thumbnail import thumbnail_of
from laecips_edge.core.inference.scores import softmax
from laecips_edge.core.link import wire
from laecips_edge.core.link.hard_frame import (
    MOST_PIXELS,
    AnswerStatus,
    HardFrameAnswer,
    HardFrameRequest,
)
from laecips_edge.core.link.wire_error import WireError


@dataclass
class Upload:
    """Makes the requests for frames.

    Attributes:
        robot: Name of this robot.
        session: Prefix of request ids, unique to each run: a bag that is played twice has the same
            stamps twice.
        jpeg_quality: JPEG quality of pictures that are encoded here, 1 to 100; may be changed at
            any time.
        forward_jpeg: Send the camera's own JPEG if there is one. This costs no second loss and no
            work, and the cloud's f gets exactly the picture that the robot's f got.
        send_scores: Send f's calibrated softmax scores too, so that the cloud need not run f.
        fit: Lowers the quality, then the size, as the link demands; None: neither changes.
    """

    robot: str
    session: str
    jpeg_quality: int
    forward_jpeg: bool
    send_scores: bool
    fit: UploadFit | None = None

    def request_id(self, seen: SeenFrame) -> str:
        """Return the id of a frame's request, unique for all robots, runs and cameras.

        It ends with the frame's number, after the camera's name where there is one.
        """
        frame = seen.frame
        number = f"{frame.camera}:{frame.number}" if frame.camera else str(frame.number)
        return f"{self.session}/{number}"

    def refusal(self, seen: SeenFrame) -> str:
        """Return why no cloud would take a frame, one line; empty if it may be sent."""
        height, width = seen.rgb.shape[:2]
        if height * width <= MOST_PIXELS:
            return ""
        return (
            f"not sent: a picture of {height} x {width}, and a cloud takes at most "
            f"{MOST_PIXELS / 1e6:.1f} megapixels; set a smaller size at the camera"
        )

    def request(
        self, seen: SeenFrame, *, deadline_s: float
    ) -> tuple[HardFrameRequest, SentPicture]:
        """Return the request for a frame, and what it sends of the picture.

        Args:
            seen: The frame.
            deadline_s: Seconds that the robot waits for the answer.
        """
        frame, manifest = seen.frame, seen.manifest
        scores = b""
        if self.send_scores:
            logits = seen.prediction.logits
            scores = wire.encode_scores(softmax(logits, temperature=manifest.temperature))
        depth = b""
        if seen.depth is not None:
            height, width = seen.rgb.shape[:2]
            # The cloud and what learns from its replay buffer take the picture's own size.
            depth = wire.encode_depth(fit_depth(seen.depth, (height, width)))
        sent = self._picture(seen, beside=len(depth) + len(scores))
        blanking, blanked = frame.picture.blanking, b""
        if blanking:
            size = _size((seen.rgb.shape[0], seen.rgb.shape[1]), sent.scale)
            blanked = wire.encode_label_map(blanking.mask(size))
        request = HardFrameRequest(
            request_id=self.request_id(seen),
            robot=self.robot,
            stamp_ns=frame.stamp_ns,
            frame_id=frame.frame_id,
            picture=sent.data,
            picture_format="jpeg",
            depth=depth,
            bundle_version=manifest.version,
            classes_hash=manifest.classes_hash,
            why="audit" if seen.decision.audit else "hard",
            trust=seen.decision.trust,
            scores=scores,
            deadline_s=deadline_s,
            thumbnail=thumbnail_of(seen.rgb),
            blanked=blanked,
        )
        return request, sent

    def _picture(self, seen: SeenFrame, *, beside: int) -> SentPicture:
        own = seen.frame.picture.jpeg() if self.forward_jpeg else None
        if own is not None and (self.fit is None or self.fit.allows(len(own) + beside)):
            return SentPicture(data=own, quality=0)
        if self.fit is None:
            data = encode_jpeg(seen.rgb, self.jpeg_quality)
            return SentPicture(data=data, quality=self.jpeg_quality)
        return self.fit.encode(
            lambda quality, scale: encode_jpeg(_scaled(seen.rgb, scale), quality),
            most_quality=self.jpeg_quality,
            beside=beside,
            smaller=seen.depth is None,  # the cloud takes a depth image of the picture's own size
        )


def read_answer(
    answer: HardFrameAnswer, seen: SeenFrame, *, scale: float = 1.0
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Check and decode the cloud's answer to a frame.

    Args:
        answer: The answer.
        seen: The frame.
        scale: Sides of the picture that was sent against the frame's.

    Returns:
        Label map and confidence map, uint8 [H,W] of the size of f's maps.

    Raises:
        WireError: The cloud refused the request, or a map is broken or does not fit the frame.
    """
    if answer.status is not AnswerStatus.OK:
        reason = " ".join(answer.message.split()) or "no reason given"
        raise WireError(f"refused ({int(answer.status)}): {reason}")
    sent = _size((seen.rgb.shape[0], seen.rgb.shape[1]), scale)
    maps = (
        wire.decode_label_map(answer.label_map, sent, len(seen.manifest.classes)),
        wire.decode_confidence_map(answer.confidence_map, sent),
    )
    height, width = seen.prediction.label_map.shape
    if sent == (height, width):
        return maps
    label_map, confidence_map = (
        cv2.resize(each, (width, height), interpolation=cv2.INTER_NEAREST_EXACT) for each in maps
    )
    return label_map, confidence_map


def _size(shape: tuple[int, int], scale: float) -> tuple[int, int]:
    """Return the rows and columns of a picture sent at a scale."""
    return max(1, round(scale * shape[0])), max(1, round(scale * shape[1]))


def _scaled(rgb: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    if scale == 1.0:
        return rgb
    height, width = _size(rgb.shape[:2], scale)
    return cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
