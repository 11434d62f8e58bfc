"""The recipes that are compared: the fields in which each differs from another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple


class Variant(NamedTuple):
    """A recipe to measure.

    Attributes:
        about: what it is, for people.
        fields: all fields of `SegmenterRecipe` that make a recipe.
        scale: height and width that the network runs at, as a multiple of the set's.
    """

    about: str
    fields: Mapping[str, Any]
    scale: float = 1.0


_RECIPE: Final[Mapping[str, Any]] = {
    "whole_share": 0.25,
    "batch": 8,
    "zoom": (0.7, 1.3),
    "whole_zoom": (0.9, 1.25),
    "rotation": 5.0,
    "relit": 0.5,
    "relit_strength": 1.0,
    "class_power": 0.0,
    "dice": 0.5,
    "learning_rate": 3e-3,
    "weight_decay": 1e-4,
    "loss_stride": 2,
    "averaged": 0.15,
}

_EARLIER: Final[Mapping[str, Any]] = {
    **_RECIPE,
    "zoom": (0.5, 1.3),
    "relit": 1.0,
    "class_power": 1.0,
    "dice": 0.0,
    "learning_rate": 2e-3,
    "loss_stride": 1,
    "averaged": 0.0,
}

_PLAIN: Final[Mapping[str, Any]] = {
    **_RECIPE,
    "whole_share": 1.0,
    "zoom": (1.0, 1.0),
    "whole_zoom": (1.0, 1.0),
    "rotation": 0.0,
    "relit": 0.0,
    "learning_rate": 2e-3,
    "averaged": 0.0,
}

UNET: Final = "plain-unet"
RECIPE: Final = "recipe"


def _but(about: str, **fields: Any) -> Variant:
    return Variant(f"the recipe, but {about}", {**_RECIPE, **fields})


VARIANTS: Final[Mapping[str, Variant]] = {
    RECIPE: Variant(
        "what `laecips train` does: cross-entropy and Dice in halves, no class weights, the loss "
        "at every second pixel, other light in half of the pictures, magnifications of 0.7 to 1.3, "
        "a peak learning rate of 0.003, the mean of the weights over the last 15 %",
        _RECIPE,
    ),
    "class-weights": _but("rare classes weigh as much as frequent ones", class_power=1.0),
    "no-dice": _but("cross-entropy alone", dice=0.0),
    "no-light": _but("no picture in other light", relit=0.0),
    "little-light": _but("one picture in ten in other light", relit=0.1),
    "less-light": _but("three pictures in ten in other light", relit=0.3),
    "all-light": _but("every picture in other light", relit=1.0),
    "mild-light": _but("other light of half the strength", relit_strength=0.5),
    "no-zoom": _but("every picture at its own scale", zoom=(1.0, 1.0), whole_zoom=(1.0, 1.0)),
    "wide-zoom": _but("magnifications from 0.5", zoom=(0.5, 1.3)),
    "slow": _but("a peak learning rate of 0.0015", learning_rate=1.5e-3),
    "not-averaged": _but("the last step's weights", averaged=0.0),
    "every-pixel": _but("the loss at every pixel", loss_stride=1),
    "coarse": Variant(
        "the recipe, but at two thirds of the height and width", _RECIPE, scale=2 / 3
    ),
    "earlier": Variant(
        "class weights, cross-entropy, every picture in other light: the recipe before", _EARLIER
    ),
    "plain": Variant("f trained as the plain U-Net, the loss at every second pixel", _PLAIN),
    UNET: Variant(
        "a small U-Net of 0.8 M weights, as a short script would train it: whole pictures, "
        "mirrored, cross-entropy and Dice",
        {**_PLAIN, "batch": 16, "loss_stride": 1},
    ),
}
"""By name, as the page shows them."""
