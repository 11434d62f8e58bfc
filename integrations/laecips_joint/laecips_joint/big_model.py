"""The cloud worker of a Sedna joint-inference service: the cloud node's service behind REST."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from laecips_cloud.hard_frames.assembly import hard_frame_service
from laecips_cloud.hard_frames.cloud_settings import CloudSettings
from laecips_cloud.hard_frames.service import HardFrameService
from laecips_edge.core.bundle.bundle import MANIFEST
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameAnswer
from laecips_edge.core.link.wire_error import WireError

from laecips_joint.node_parameters import with_file
from laecips_joint.rest_wire import pack_answer, unpack_request


class BigModel:
    """Mask generator, class scorer and fusion as Sedna's estimator. Safe for several threads.

    Frames and answers are kept in the replay buffer, from which a trainer learns.

    Args:
        **parameters: parameters of the cloud node, as in config/cloud.yaml; `params_file` names a
            file with more of them.

    Raises:
        ValueError: a parameter has an invalid value.
    """

    def __init__(self, **parameters: Any) -> None:
        self._settings = CloudSettings.from_parameters(with_file("cloud", parameters))
        self._service: HardFrameService | None = None

    def load(self, model_url: str = "") -> None:
        """Load the networks and open the replay buffer.

        Args:
            model_url: the robots' bundle, its manifest or its folder; empty for the parameter
                `bundles`.

        Raises:
            ValueError: a bundle cannot run, or the replay buffer cannot be opened.
        """
        settings = self._settings
        if model_url:
            named = Path(model_url)
            folder = named.parent if named.name == MANIFEST else named
            settings = replace(settings, bundles=(str(folder),))
        self._service = hard_frame_service(
            settings,
            now_ns=time.time_ns,
            on_failure=lambda error: logging.getLogger(__name__).error("%s", error, exc_info=error),
        )

    def predict(self, data: Any) -> list[str]:
        """Answer a request; what is no request gets an answer that says so.

        Args:
            data: a list, see `rest_wire`.
        """
        if self._service is None:
            self.load()
            assert self._service is not None  # noqa: S101 (for mypy)
        try:
            answer = self._service.answer(unpack_request(data))
        except WireError as error:
            answer = HardFrameAnswer(status=AnswerStatus.BAD_REQUEST, message=str(error))
        return pack_answer(answer)

    def close(self) -> None:
        """Close the replay buffer."""
        if self._service is not None:
            self._service.buffer.close()
            self._service = None
