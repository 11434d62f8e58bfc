"""Drift between the training of a network and its use: one dial per kind."""

from dataclasses import dataclass, fields

from laecips_eval.inspection_scene.drawing.random_stream import RandomStream


@dataclass(frozen=True, kw_only=True)
class Drift:
    """Six dials in [0, 1]; all at 0 is day zero.

    Attributes:
        variants: share of housings, connectors and labels of kinds that day zero does not have.
        dimming: the lamp fades; at 1 a third of its light is left, and the camera's gain goes up.
        warmth: colour temperature, from daylight to a sodium lamp.
        dust: settles on the panel and hides contrast.
        blur: defocus and motion.
        camera: the camera was moved: nearer, turned, tilted.
    """

    variants: float = 0.0
    dimming: float = 0.0
    warmth: float = 0.0
    dust: float = 0.0
    blur: float = 0.0
    camera: float = 0.0

    def __post_init__(self) -> None:
        for dial in fields(self):
            value = getattr(self, dial.name)
            if not 0.0 <= value <= 1.0:
                raise ValueError(f"drift dial {dial.name} is {value}: it must lie in 0 to 1")

    @classmethod
    def drawn(cls, stream: RandomStream, *, variants: float) -> "Drift":
        """Return a random mixture: each dial but `variants` is 0 with probability 0.5."""
        dials = ("dimming", "warmth", "dust", "blur", "camera")
        values = {dial: stream.chance(0.5) * stream.uniform() for dial in dials}
        return cls(variants=variants, **values)

    def eased(self, share: float) -> "Drift":
        """Return the drift with dimming, warmth, dust and blur times `share`."""
        return Drift(
            variants=self.variants,
            camera=self.camera,
            dimming=self.dimming * share,
            warmth=self.warmth * share,
            dust=self.dust * share,
            blur=self.blur * share,
        )


DAY_ZERO = Drift()
