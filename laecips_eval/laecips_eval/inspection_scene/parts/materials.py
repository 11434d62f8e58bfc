"""Colours and finishes of parts, by make."""

from dataclasses import dataclass

from laecips_eval.inspection_scene.drawing.random_stream import RandomStream
from laecips_eval.inspection_scene.drawing.sprites import Colour, Sprite
from laecips_eval.inspection_scene.drawing.textures import TEXTURES
from laecips_eval.inspection_scene.parts.makes import Make


@dataclass(frozen=True)
class Material:
    """A base colour with the texture of its surface.

    Attributes:
        colour: RGB.
        texture: a name in `textures.TEXTURES`.
        amplitude: contrast of the texture in grey levels.
    """

    colour: Colour
    texture: str
    amplitude: int

    def varied(self, stream: RandomStream, spread: int = 14) -> "Material":
        """Return the same material of another lot: brighter or darker, a little tinted."""
        light = stream.integer(-spread, spread)
        return Material(
            clamped(tuple(value + light + stream.integer(-5, 5) for value in self.colour)),
            self.texture,
            self.amplitude,
        )

    def tone(self, offset: int) -> Colour:
        """Return the base colour, brighter or darker."""
        return clamped(tuple(value + offset for value in self.colour))

    def on(self, sprite: Sprite, stream: RandomStream) -> Sprite:
        """Return the sprite with this material's texture."""
        height, width = sprite.coverage.shape
        return sprite.textured(TEXTURES[self.texture](stream, height, width, self.amplitude))


def clamped(values: tuple[int, ...]) -> Colour:
    """Return three numbers as a colour, clipped to 0..255."""
    red, green, blue = (max(0, min(255, value)) for value in values)
    return (red, green, blue)


PLASTICS = {
    Make.USUAL: (
        Material((196, 198, 196), "grain", 7),  # light grey
        Material((74, 78, 84), "grain", 7),  # dark grey
        Material((40, 41, 44), "grain", 6),  # black
        Material((206, 194, 162), "grain", 7),  # beige
        Material((84, 108, 138), "grain", 7),  # blue grey
        Material((150, 154, 158), "brushed", 12),  # die-cast
        Material((66, 104, 78), "grain", 7),  # green
    ),
    Make.NEW: (
        Material((214, 116, 44), "grain", 8),  # orange
        Material((40, 132, 134), "smooth", 9),  # teal
        Material((232, 232, 230), "smooth", 9),  # gloss white
        Material((52, 52, 56), "carbon", 12),  # carbon fibre
        Material((128, 124, 74), "grain", 12),  # olive
        Material((146, 60, 66), "grain", 8),  # maroon
    ),
    Make.FOREIGN: (
        Material((216, 190, 52), "hammered", 9),  # yellow
        Material((122, 88, 150), "speckled", 8),  # violet
        Material((96, 66, 48), "hammered", 8),  # brown
        Material((150, 190, 204), "speckled", 7),  # pale blue
        Material((212, 164, 168), "hammered", 8),  # pink
        Material((104, 152, 72), "speckled", 9),  # leaf green
        Material((176, 172, 166), "hammered", 12),  # galvanised
    ),
}
METALS = (
    Material((168, 170, 172), "brushed", 14),
    Material((140, 142, 146), "brushed", 12),
    Material((186, 180, 168), "brushed", 12),
    Material((92, 94, 98), "grain", 8),
)
