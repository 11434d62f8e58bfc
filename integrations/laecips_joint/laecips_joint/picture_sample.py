"""One frame of a joint-inference job: the picture, f's answer, and the request to the cloud."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from laecips_edge.core.frame.frame import Frame, SeenFrame
from laecips_edge.core.frame.upload import Upload, read_answer
from laecips_edge.core.image.blanking import Blanking
from laecips_edge.core.image.picture import Picture
from laecips_edge.core.link.hard_frame import HardFrameAnswer, HardFrameRequest
from numpy.typing import NDArray

from laecips_joint.edge_answer import EdgeAnswer

NO_DEADLINE_S: Final = 0.0
"""A request without a deadline: neither Ianvs nor Sedna gives a frame up."""


@dataclass(frozen=True)
class StoredPicture:
    """A picture file with the fields of sensor_msgs/CompressedImage, read each time.

    Attributes:
        path: a JPEG or PNG file.
    """

    path: Path

    @property
    def format(self) -> str:
        """The file's ending, only for errors."""
        return self.path.suffix.removeprefix(".")

    @property
    def data(self) -> bytes:
        """The file's bytes; OSError if it cannot be read."""
        return self.path.read_bytes()


class PictureSample:
    """One frame. The edge model sets its answer; the cloud model reads it.

    Attributes:
        frame: the frame, its picture not decoded yet.
        answer: f's answer; None until the edge model has seen the frame.
    """

    def __init__(self, picture: Picture, *, stamp_ns: int, number: int = 0) -> None:
        """Wrap a picture.

        Args:
            picture: the picture.
            stamp_ns: its stamp in nanoseconds; draws at random depend on it.
            number: its place in the run, from 0; a request's id is made of it.
        """
        self.frame = Frame(
            number=number,
            stamp_ns=stamp_ns,
            frame_id="",
            picture=picture,
            received_s=time.monotonic(),
        )
        self.answer: EdgeAnswer | None = None

    @classmethod
    def of_file(cls, path: str | Path, *, number: int = 0) -> PictureSample:
        """Return the sample of a file that `laecips make-ianvs` wrote, or of another picture.

        Args:
            path: a JPEG or PNG file; a name of digits alone is its stamp in nanoseconds, with any
                other name `number` is the stamp.
            number: see above.
        """
        file = Path(str(path))
        stamp_ns = int(file.stem) if re.fullmatch(r"\d{1,19}", file.stem) else number
        picture = Picture(StoredPicture(file), compressed=True)
        return cls(picture, stamp_ns=stamp_ns, number=number)

    def take(self, blanking: Blanking, *, significant_bits: int) -> Picture:
        """Return the picture as the edge node takes it, and keep it so: blanked first of all.

        Args:
            blanking: what nobody may see of it.
            significant_bits: see `Picture`.
        """
        picture = replace(self.frame.picture, significant_bits=significant_bits, blanking=blanking)
        self.frame = replace(self.frame, picture=picture)
        return picture

    def seen(self) -> SeenFrame:
        """Return the frame with f's answer, as the edge node's code takes it.

        Raises:
            ValueError: the frame was not labelled or not judged yet.
            ImageError: the picture cannot be read.
        """
        if self.answer is None or self.answer.decision is None:
            raise ValueError(
                f"frame {self.frame.stamp_ns} goes to the cloud before f and a miner have seen it: "
                "set hard_example_mining_mode: inference-then-mining"
            )
        return SeenFrame(
            frame=self.frame,
            rgb=self.frame.picture.rgb(),
            depth=None,
            prediction=self.answer.prediction,
            decision=self.answer.decision,
            manifest=self.answer.manifest,
        )

    def request(self, upload: Upload) -> HardFrameRequest:
        """Return the request for this frame, as the edge node makes it.

        Raises:
            ValueError: see `seen`; or the picture is larger than a cloud takes.
        """
        seen = self.seen()
        if refusal := upload.refusal(seen):
            raise ValueError(f"frame {self.frame.stamp_ns} is {refusal}")
        return upload.request(seen, deadline_s=NO_DEADLINE_S)[0]

    def maps_of(self, answer: HardFrameAnswer) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return the label map and the confidence map, uint8 [H, W], of the cloud's answer.

        Raises:
            ValueError: see `seen`.
            WireError: the cloud refused the request, or its answer does not fit the frame.
        """
        seen = self.seen()
        return self.frame.picture.blanking.maps(*read_answer(answer, seen))
