"""A picture that a person is to label, with the first guess."""

from __future__ import annotations

from typing import NamedTuple

from laecips_cloud.labelling.regions import GuessedRegion


class Guess(NamedTuple):
    """A picture and the first guess of its labels.

    Attributes:
        picture: name of its file in images/.
        request_id: of the frame.
        size: (height, width) in pixels.
        regions: to be painted in their order.
    """

    picture: str
    request_id: str
    size: tuple[int, int]
    regions: list[GuessedRegion]
