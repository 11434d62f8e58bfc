"""Recipes of the inspection bags: which drive, its length, seed and expected hashes.

There are two drives. `shift` has five long segments, each under a drift of its own: it shows what
learning brings. `patrol` is routine with bursts of trouble, under one slow drift: it shows what
choosing brings.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from laecips_eval.bags.topics import Legend, Segment
from laecips_eval.inspection_scene.classes import CLASSES, PALETTE
from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.view.bursts import Burst, plan_bursts
from laecips_eval.inspection_scene.view.drift import DAY_ZERO, Drift

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
"""Name and drift of the segments of `shift`, in order; each segment has a panel of its own."""

THIRDS: Final = ("first_third", "second_third", "last_third")
"""Segments of `patrol`, in order; each has a panel of its own."""

SHIFT, PATROL = "shift", "patrol"

STREAM, PATROL_STREAM = 3, 5
"""First key of the panels of each drive; they differ from those of the data set's splits."""

_BURSTS: Final = 100  # keeps the plan of the bursts apart from the panels

_NAMES: Final = {SHIFT: tuple(name for name, _ in SEGMENTS), PATROL: THIRDS}

DRIVES: Final = tuple(_NAMES)
"""Names of the drives."""


@dataclass(frozen=True)
class BagRecipe:
    """All values that a bag depends on.

    Attributes:
        drive: `shift` or `patrol`.
        frames: number of frames, at least one per segment.
        seed: seed of the panels.
        rate_hz: pictures per second.
        jpeg_quality: 1 to 100.
        expected: hashes of the decoded frames: of the whole bag, then one per segment; empty where
            unknown.
    """

    frames: int = 1800
    seed: int = 0
    rate_hz: float = 10.0
    jpeg_quality: int = 90
    expected: tuple[str, ...] = ()
    drive: str = SHIFT

    def __post_init__(self) -> None:
        if self.drive not in DRIVES:
            raise ValueError(f"there is no drive {self.drive!r}: there are {', '.join(DRIVES)}")
        if self.frames < len(_NAMES[self.drive]):
            raise ValueError(
                f"an inspection bag has {len(_NAMES[self.drive])} segments: {self.frames} frames "
                "are too few"
            )
        if not 1 <= self.jpeg_quality <= 100:
            raise ValueError(f"JPEG quality is {self.jpeg_quality}: it must lie in 1 to 100")
        if self.seed < 0:
            raise ValueError(f"the seed is {self.seed}: it must not be negative")

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments with their first and last picture."""
        names = _NAMES[self.drive]
        edges = [self.frames * number // len(names) for number in range(len(names) + 1)]
        return tuple(
            Segment(name, edges[number], edges[number + 1]) for number, name in enumerate(names)
        )

    @cached_property
    def bursts(self) -> tuple[Burst, ...]:
        """The disturbances, in order, each within a segment; `shift` has none."""
        if self.drive == SHIFT:
            return ()
        stretches = [(segment.start, segment.stop) for segment in self.segments]
        return plan_bursts(RandomStream(PATROL_STREAM, self.seed, _BURSTS), stretches)

    @property
    def legend(self) -> Legend:
        """Classes, colours, segments and disturbances of the bag."""
        disturbances = tuple(Segment(it.kind, it.start, it.stop) for it in self.bursts)
        return Legend(CLASSES, PALETTE, self.segments, disturbances)

    def seeded(self, seed: int) -> "BagRecipe":
        """Return the recipe with another seed, without expected hashes."""
        return self if seed == self.seed else replace(self, seed=seed, expected=())


MAIN = BagRecipe(
    expected=(
        "ba9215d165a04f1fc9c6642b179b6617bc00d59456419d25c75b213b68722f83",
        "df8666145203e1b4989c7055b24c86fe419bcb6dda8e8b4249b683052147a90d",
        "d5b986bd04c1f095b5c976ae59ae3f7bd491a3a17d07691f9a85eb31ade28544",
        "56f5a9413f4bf62228c8355517666a19fe97ca53859bbd41cf2b793e8aaf4d74",
        "a1c36a609fd6be68f840cce7d5819e3d4285f4fe4c798531e6f374f882d7c34b",
        "129ab3894e01c5187a54e328a1ddee09adea4d1e16bcd25b55666c07339509ac",
    )
)
"""The bag that `laecips demo --drive shift` replays: three minutes."""

MAIN_PATROL = BagRecipe(
    drive=PATROL,
    expected=(
        "5949f0b7d5638cb33b7c56542b09f63ab059630075488ff69579af56f0a35d5f",
        "0ed3f3927a29cbbdd59b36a2ea5c8308ba3a2d72aaa4a241eb385c7e6e4d09ed",
        "2b94de8d3ff63b92d5cebe23328b3ea6c09e5493db3d68a9d1bddcdbb72c411c",
        "3bd9a736cb67970464105844f03d8fe49a5df337c58db8f6bccc06b6028ea9d8",
    ),
)
"""The bag that `laecips demo` replays: three minutes."""

SMOKE = BagRecipe(
    frames=100,
    seed=1,
    jpeg_quality=76,
    expected=(
        "aa3a2b184888c16f8fc445cc73b8b5e1da16b4503636d4cf4f4155a00d759956",
        "7c7ea59c32ac96dd1906da8d098c057b5907af27e33930dab76cc214a42eb16a",
        "40188c8ad85b3f246ec9fcf4090c6ff1bc3f945766314c787d6c358904e6099c",
        "3369486c12a5a7d55afe04c1307a39311fd32b8aff562be7290af556029cb479",
        "713b55f51adda1ee4a4d3a6f33caeeac1da07d211cf559ba89964e7e24a6d56c",
        "4b160ffc6800f5c6c8765e4777c6cfd9af33f277b6f3a6e3cc0dc0e54eb20506",
    ),
)
"""The bag in rosbags/smoke."""
