"""Which bags the inspection scene makes: segments of drift, length, seed, expected hash."""

from dataclasses import dataclass, replace

from laecips_eval.bags.topics import Legend, Segment
from laecips_eval.inspection.classes import CLASSES, PALETTE
from laecips_eval.inspection.drift import DAY_ZERO, Drift

SEGMENTS: tuple[tuple[str, Drift], ...] = (
    ("day_zero", DAY_ZERO),
    ("evening", Drift(dimming=0.75, warmth=0.8)),
    ("new_parts", Drift(variants=1.0)),
    ("dust_and_blur", Drift(dust=0.8, blur=0.5)),
    (
        "moved_camera",
        Drift(camera=0.8, variants=0.4, dimming=0.35, warmth=0.35, dust=0.3, blur=0.25),
    ),
)
"""What happens in a bag, one after the other; each segment is a panel of its own."""

STREAM = 3
"""Keeps the panels of bags apart from those of the data set's splits."""


@dataclass(frozen=True)
class Recipe:
    """All that a bag depends on.

    Attributes:
        frames: length, at least one for each segment.
        seed: another seed, other panels.
        rate_hz: pictures a second.
        jpeg_quality: 1 to 100.
        expected: hash of the decoded frames, first the whole bag's, then one a segment; empty where
            nobody has written it down.
    """

    frames: int = 1800
    seed: int = 0
    rate_hz: float = 10.0
    jpeg_quality: int = 90
    expected: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.frames < len(SEGMENTS):
            raise ValueError(
                f"an inspection bag has {len(SEGMENTS)} segments: {self.frames} frames are too few"
            )
        if not 1 <= self.jpeg_quality <= 100:
            raise ValueError(f"JPEG quality is {self.jpeg_quality}: it must lie in 1 to 100")
        if self.seed < 0:
            raise ValueError(f"the seed is {self.seed}: it must not be negative")

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments with their first and last picture."""
        edges = [self.frames * number // len(SEGMENTS) for number in range(len(SEGMENTS) + 1)]
        return tuple(
            Segment(name, edges[number], edges[number + 1])
            for number, (name, _) in enumerate(SEGMENTS)
        )

    @property
    def legend(self) -> Legend:
        """What the bag says of itself."""
        return Legend(CLASSES, PALETTE, self.segments)

    def seeded(self, seed: int) -> "Recipe":
        """The same with another seed, whose hash nobody has written down."""
        return self if seed == self.seed else replace(self, seed=seed, expected=())


MAIN = Recipe()
"""The bag that `laecips demo` replays: three minutes."""

SMOKE = Recipe(frames=100, seed=1, jpeg_quality=60)
"""The bag in rosbags/smoke."""
