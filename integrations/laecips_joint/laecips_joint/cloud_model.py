"""The cloud model of a joint-inference job: mask generator, class scorer and fusion."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from laecips_cloud.hard_frames.assembly import offline_service
from laecips_cloud.hard_frames.cloud_settings import CloudSettings
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.frame.upload import Upload
from numpy.typing import NDArray

from laecips_joint.node_parameters import with_file
from laecips_joint.picture_sample import PictureSample


@dataclass(frozen=True, kw_only=True, eq=False)
class CloudAnswer:
    """F's answer to one frame.

    Attributes:
        label_map: uint8 [H, W], class indices or 255 (no class).
        confidence_map: uint8 [H, W]; 255: certain.
        bytes_up: payload of the request.
        bytes_down: payload of the answer.
        took_ms: milliseconds from the request's picture to the decoded answer, without a network.
    """

    label_map: NDArray[np.uint8]
    confidence_map: NDArray[np.uint8]
    bytes_up: int
    bytes_down: int
    took_ms: float

    def __deepcopy__(self, memo: dict[int, Any]) -> CloudAnswer:
        """Return the answer itself: Sedna copies every answer, and nothing changes one."""
        return self


class CloudModel:
    """The cloud node's service as a function; a request and its answer are those of the wire.

    Args:
        **parameters: parameters of the cloud node, as in config/cloud.yaml, with one bundle;
            `params_file` names a file with more of them, and with those of the edge node for the
            request.

    Raises:
        ValueError: a parameter has an invalid value, or there is not one bundle.
    """

    def __init__(self, **parameters: Any) -> None:
        settings = CloudSettings.from_parameters(with_file("cloud", parameters))
        if len(settings.bundle_paths()) != 1:
            raise ValueError(
                f"parameter bundles names {len(settings.bundle_paths())} bundles: name the one "
                "that the edge model runs"
            )
        file = {name: value for name, value in parameters.items() if name == "params_file"}
        robot = EdgeSettings.from_parameters(with_file("edge", file))
        self._upload = Upload(
            robot="joint-inference",
            session="joint-inference",
            jpeg_quality=robot.jpeg_quality,
            forward_jpeg=robot.forward_jpeg,
            send_scores=robot.send_scores,
        )
        self._folder = tempfile.TemporaryDirectory(prefix="laecips-joint-")
        self._service = offline_service(
            Bundle.load(settings.bundle_paths()[0]),
            settings,
            buffer=Path(self._folder.name) / "replay.sqlite",
            now_ns=time.time_ns,
        )

    def inference(self, data: PictureSample, post_process: object = None, **_: Any) -> CloudAnswer:
        """Answer a hard frame.

        Args:
            data: the sample, seen by the edge model and a miner.
            post_process: not used; Sedna passes it.

        Raises:
            ValueError: the cloud refuses the frame (WireError), or it is not ready to be sent.
        """
        started_s = time.perf_counter()
        request = data.request(self._upload)
        answer = self._service.answer(request)
        label_map, confidence_map = data.maps_of(answer)
        return CloudAnswer(
            label_map=label_map,
            confidence_map=confidence_map,
            bytes_up=request.payload,
            bytes_down=answer.payload,
            took_ms=1e3 * (time.perf_counter() - started_s),
        )

    def cleanup(self) -> None:
        """Close the replay buffer and remove it; Ianvs calls this after the last frame."""
        self._service.buffer.close()
        self._folder.cleanup()
