"""The recipe of a drift: segments with dials, read from YAML.

    seed: 0                            # another seed: other shadows, dust and noise
    segments:
      - {name: as_recorded, share: 0.4}
      - name: evening
        share: 0.3
        dimming: [0.0, 0.75]           # from the segment's first frame to its last
        warmth: 0.8                    # all the segment long
      - {name: moved_camera, camera: 0.8}

A segment's length is `share` (of all frames), `frames` or `seconds`, of one kind in a recipe.
Segments without a length share what is left. Dials lie in 0 to 1; at 0 a picture stays as it is.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

LENGTHS: Final = ("share", "frames", "seconds")

Dial = Annotated[float, Field(ge=0, le=1)]


class DriftError(ValueError):
    """A drift cannot be read or applied; the message is one line: what, where, what to do."""


def _ramp(value: Any) -> Any:
    """Return [a, b] as a pair, and a single number as a pair of it."""
    return tuple(value) if isinstance(value, list) else (value, value)


Ramp = Annotated[tuple[Dial, Dial], BeforeValidator(_ramp)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Dials(_Part):
    """How far a picture is from the one that was taken, each in [0, 1].

    Attributes:
        dimming: the lamp fades; at 1 a third of its light is left.
        warmth: colour temperature, from that of the picture to a sodium lamp.
        dust: lies in front of the scene and hides contrast.
        blur: defocus and motion.
        noise: of the sensor.
        glare: a bright reflection.
        shadow: over a part of the picture.
        jpeg: compression, from quality 95 to 8.
        camera: the camera was moved: nearer, turned, tilted.
    """

    dimming: Dial = 0.0
    warmth: Dial = 0.0
    dust: Dial = 0.0
    blur: Dial = 0.0
    noise: Dial = 0.0
    glare: Dial = 0.0
    shadow: Dial = 0.0
    jpeg: Dial = 0.0
    camera: Dial = 0.0


AS_TAKEN: Final = Dials()
"""All dials at 0."""


class DriftSegment(_Part):
    """A named stretch of frames; each dial goes from its first value to its second.

    Attributes:
        share: length as a share of all frames, in (0, 1].
        frames: length in frames.
        seconds: length in seconds.
    """

    name: str = Field(pattern="^[^,]+$")
    share: float | None = Field(default=None, gt=0, le=1)
    frames: int | None = Field(default=None, ge=1)
    seconds: float | None = Field(default=None, gt=0)
    dimming: Ramp = (0.0, 0.0)
    warmth: Ramp = (0.0, 0.0)
    dust: Ramp = (0.0, 0.0)
    blur: Ramp = (0.0, 0.0)
    noise: Ramp = (0.0, 0.0)
    glare: Ramp = (0.0, 0.0)
    shadow: Ramp = (0.0, 0.0)
    jpeg: Ramp = (0.0, 0.0)
    camera: Ramp = (0.0, 0.0)

    def dials(self, progress: float) -> Dials:
        """Return the dials at a place of the segment, from 0 (first frame) to 1 (last)."""
        ramps = ((name, getattr(self, name)) for name in Dials.model_fields)
        return Dials(**{name: start + (end - start) * progress for name, (start, end) in ramps})

    def told(self) -> str:
        """Return the dials that are not 0 as text: `dimming 0 to 0.75, warmth 0.8`."""
        ramps = [(name, *getattr(self, name)) for name in Dials.model_fields]
        dials = [
            f"{name} {start:g}" + ("" if start == end else f" to {end:g}")
            for name, start, end in ramps
            if start or end
        ]
        return ", ".join(dials) or "as taken"


class DriftRecipe(_Part):
    """A drift of a stream of pictures.

    Attributes:
        segments: at least one, in order.
        seed: seed of all that is drawn.
    """

    segments: list[DriftSegment] = Field(min_length=1)
    seed: int = Field(default=0, ge=0)

    @property
    def unit(self) -> Literal["share", "frames", "seconds"]:
        """What the lengths of the segments are given in."""
        return next(
            (unit for unit in LENGTHS for it in self.segments if getattr(it, unit) is not None),
            "share",
        )

    def to_json(self) -> str:
        """Return the recipe as one line of JSON, without what is at its default."""
        return json.dumps(self.model_dump(exclude_defaults=True))

    @model_validator(mode="after")
    def _fits(self) -> Self:
        counts = Counter(segment.name for segment in self.segments)
        if twice := [name for name, count in counts.items() if count > 1]:
            raise ValueError(f"two segments are named {twice[0]}: give each a name of its own")
        for segment in self.segments:
            if others := [u for u in LENGTHS if u != self.unit and getattr(segment, u) is not None]:
                raise ValueError(
                    f"segment {segment.name} has {others[0]}, another has {self.unit}: give all "
                    "lengths in one of them"
                )
        return self


def read_recipe(path: Path) -> DriftRecipe:
    """Read a recipe.

    Raises:
        DriftError: the file cannot be read or is not a recipe; the message names file and key.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DriftError(f"{path}: cannot be read ({error.strerror}); give a drift.yaml") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise DriftError(f"{path}: not YAML ({' '.join(str(error).split())})") from error
    try:
        return DriftRecipe.model_validate(content)
    except ValidationError as error:
        raise DriftError(f"{path}: {_first_wrong(error)}") from error


def _first_wrong(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    keys = [f"segment {key + 1}" if isinstance(key, int) else str(key) for key in first["loc"]]
    keys = [key for key in keys if key != "segments" or len(first["loc"]) == 1]
    where, kind, given = ", ".join(keys[:2]), first["type"], first["input"]
    if kind == "value_error":
        return str(first["ctx"]["error"])
    known = DriftSegment if len(first["loc"]) > 1 else DriftRecipe
    said = {
        "extra_forbidden": f"is not known; there are {', '.join(known.model_fields)}",
        "missing": "is missing",
        "model_type": "is no mapping; write `segments: [{name: evening, dimming: 0.8}]`",
        "string_pattern_mismatch": f"is {given!r}: write a name without commas",
    }
    usual = f"is {given!r}: {first['msg'].lower()}"
    if set(keys[1:2]) & set(Dials.model_fields):
        usual = f"is {given!r}; write a number in 0 to 1, or [first, last]"
    return f"{where or 'it'} {said.get(kind, usual)}"
