"""The edge worker of a Sedna joint-inference service: a frame's samples and their final answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from laecips_edge.core.frame.upload import Upload
from laecips_edge.core.image.picture import Picture
from laecips_edge.core.link.wire_error import WireError
from numpy.typing import NDArray

from laecips_joint.picture_sample import PictureSample
from laecips_joint.rest_wire import pack_request, unpack_answer


@dataclass(frozen=True, kw_only=True, eq=False)
class WorkerAnswer:
    """The final answer to one frame.

    Attributes:
        label_map: uint8 [H, W], class indices or 255 (no class).
        source: edge, cloud or edge_fallback, as in laecips_msgs/Segmentation.
        detail: why the answer is a fallback, one line; empty otherwise.
    """

    label_map: NDArray[np.uint8]
    source: str
    detail: str = ""


class RestSample(PictureSample):
    """A frame that Sedna's client can send: it calls `tolist` for what goes into its JSON.

    Args:
        picture, stamp_ns, number: see `PictureSample`.
        upload: makes the request.
    """

    def __init__(self, picture: Picture, *, stamp_ns: int, number: int = 0, upload: Upload) -> None:
        super().__init__(picture, stamp_ns=stamp_ns, number=number)
        self._upload = upload

    def tolist(self) -> list[str]:
        """Return the request as a list.

        Raises:
            ValueError: see `PictureSample.request`.
        """
        return pack_request(self.request(self._upload))

    def final_answer(self, result: Sequence[Any]) -> WorkerAnswer:
        """Return the final answer of Sedna's joint inference.

        Args:
            result: whether the frame is hard, the answer, the edge model's and the cloud's; Sedna
                leaves the cloud's None where the cloud failed.
        """
        hard, _, edge, cloud = result
        if not hard:
            return WorkerAnswer(label_map=edge.label_map, source="edge")
        try:
            if cloud is None:
                raise WireError("no answer from the cloud; Sedna's log says why")
            label_map, _ = self.maps_of(unpack_answer(cloud))
        except WireError as error:
            return WorkerAnswer(label_map=edge.label_map, source="edge_fallback", detail=str(error))
        return WorkerAnswer(label_map=label_map, source="cloud")
