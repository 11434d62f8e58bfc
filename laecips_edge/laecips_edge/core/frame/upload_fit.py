"""How large an uploaded picture may be: so large that it arrives within a share of the deadline.

Each answer shows how long its bytes were on the way. If that was too long, the next picture gets
fewer bytes in proportion; if there is time to spare, more. No model of the link is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

LOWEST_QUALITY: Final = 40
"""Below it JPEG's blocks cover what a network must see: a smaller picture shows more."""

STEP: Final = 10
SCALES: Final = (1.0, 0.75, 0.5)
"""Sides of a sent picture against the camera's."""

GROWTH: Final = 1.25
SPARE: Final = 0.8
"""The bytes grow by so much an answer at most, and only if it took less than this of its time."""

FEWEST_BYTES: Final = 2000


@dataclass(frozen=True, kw_only=True)
class SentPicture:
    """A picture as it is sent.

    Attributes:
        data: JPEG file.
        quality: its JPEG quality; 0 for the camera's own file.
        scale: its sides against the image's.
    """

    data: bytes
    quality: int
    scale: float = 1.0


class UploadFit:
    """Chooses the quality, and below a bound the size, of uploaded pictures.

    Used by two threads, of which one encodes and one notes; each value is replaced as a whole.

    Args:
        share: share of the deadline in which a picture shall arrive, in (0, 1].
    """

    def __init__(self, share: float) -> None:
        self._share = share
        self._most_bytes = float("inf")
        self._rung = 0

    @property
    def most_bytes(self) -> float:
        """Bytes that a picture may have now; infinite before the first slow answer."""
        return self._most_bytes

    def allows(self, size: int) -> bool:
        """Return whether so many bytes may be sent now."""
        return size <= self._most_bytes

    def arrived(self, sent_bytes: int, on_the_way_s: float, *, deadline_s: float) -> None:
        """Note an answer.

        Args:
            sent_bytes: bytes of its request.
            on_the_way_s: seconds from its request to its answer, without the cloud's work.
            deadline_s: seconds that the robot waits for an answer.
        """
        allowed_s = self._share * deadline_s
        if on_the_way_s > allowed_s:
            self._most_bytes = max(FEWEST_BYTES, sent_bytes * allowed_s / on_the_way_s)
        elif on_the_way_s < SPARE * allowed_s:
            # Beyond what was sent the link is not known: go there step by step.
            known = sent_bytes * allowed_s / max(on_the_way_s, 1e-3)
            self._most_bytes = max(self._most_bytes, min(known, GROWTH * self._most_bytes))

    def missed(self, sent_bytes: int) -> None:
        """Note a request that was not answered within its deadline."""
        self._most_bytes = max(FEWEST_BYTES, min(self._most_bytes, sent_bytes) / 2)

    def encode(
        self,
        encode: Callable[[int, float], bytes],
        *,
        most_quality: int,
        beside: int = 0,
        smaller: bool = True,
    ) -> SentPicture:
        """Return the best picture that fits, or the smallest one if none does.

        Args:
            encode: returns the JPEG file of a quality and a scale.
            most_quality: the quality is never above it.
            beside: bytes that go with the picture.
            smaller: whether the picture may be sent smaller.
        """
        rungs = _rungs(most_quality, SCALES if smaller else SCALES[:1])
        # Pictures that follow each other are alike: begin one rung above the last one's.
        rung = min(max(0, self._rung - 1), len(rungs) - 1)
        while True:
            quality, scale = rungs[rung]
            data = encode(quality, scale)
            if self.allows(len(data) + beside) or rung == len(rungs) - 1:
                self._rung = rung
                return SentPicture(data=data, quality=quality, scale=scale)
            rung += 1


def _rungs(most_quality: int, scales: tuple[float, ...]) -> list[tuple[int, float]]:
    """Return qualities and scales, from the most bytes to the fewest."""
    lowest = min(most_quality, LOWEST_QUALITY)
    full = [(quality, scales[0]) for quality in range(most_quality, lowest, -STEP)]
    return [*full, (lowest, scales[0]), *((lowest, scale) for scale in scales[1:])]
