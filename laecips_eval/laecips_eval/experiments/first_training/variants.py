"""The recipes that are compared: the fields in which each differs from another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple


class Variant(NamedTuple):
    """A recipe to measure.

    Attributes:
        about: what it is, for people.
        fields: all fields of `SegmenterRecipe` that make a recipe.
    """

    about: str
    fields: Mapping[str, Any]


_EARLIER: Final[Mapping[str, Any]] = {
    "whole_share": 0.25,
    "batch": 8,
    "zoom": (0.5, 1.3),
    "whole_zoom": (0.9, 1.25),
    "rotation": 5.0,
    "relit": 1.0,
    "relit_strength": 1.0,
    "class_power": 1.0,
    "dice": 0.0,
    "learning_rate": 2e-3,
    "weight_decay": 1e-4,
    "loss_stride": 1,
    "averaged": 0.0,
}

_PLAIN: Final[Mapping[str, Any]] = {
    **_EARLIER,
    "whole_share": 1.0,
    "zoom": (1.0, 1.0),
    "whole_zoom": (1.0, 1.0),
    "rotation": 0.0,
    "relit": 0.0,
    "class_power": 0.0,
    "dice": 0.5,
}

_UNWEIGHTED: Final[Mapping[str, Any]] = {
    **_EARLIER,
    "class_power": 0.0,
    "dice": 0.5,
    "loss_stride": 2,
    "relit": 0.3,
}

_RECIPE: Final[Mapping[str, Any]] = {
    **_UNWEIGHTED,
    "relit": 0.5,
    "zoom": (0.7, 1.3),
    "learning_rate": 3e-3,
    "averaged": 0.15,
}

UNET: Final = "plain-unet"
RECIPE: Final = "recipe"

VARIANTS: Final[Mapping[str, Variant]] = {
    "earlier": Variant(
        "class weights, cross-entropy, every picture in other light: the recipe before", _EARLIER
    ),
    UNET: Variant(
        "a small U-Net of 0.8 M weights, as a short script would train it: whole pictures, "
        "mirrored, cross-entropy and Dice",
        {**_PLAIN, "batch": 16},
    ),
    "plain": Variant(
        "f trained as that U-Net, the loss at every second pixel", {**_PLAIN, "loss_stride": 2}
    ),
    "unweighted": Variant(
        "no class weights, Dice for half of the loss, other light in three of ten pictures, the "
        "loss at every second pixel",
        _UNWEIGHTED,
    ),
    "unweighted-averaged": Variant(
        "unweighted, with the mean of the weights over the last 15 %",
        {**_UNWEIGHTED, "averaged": 0.15},
    ),
    "unweighted-faster": Variant(
        "unweighted, with twice the learning rate", {**_UNWEIGHTED, "learning_rate": 4e-3}
    ),
    "unweighted-near": Variant(
        "unweighted, with magnifications of 0.8 to 1.25, whole pictures as they are",
        {**_UNWEIGHTED, "zoom": (0.8, 1.25), "whole_zoom": (1.0, 1.0)},
    ),
    "unweighted-mild-light": Variant(
        "unweighted, with other light of half the strength in six of ten pictures",
        {**_UNWEIGHTED, "relit": 0.6, "relit_strength": 0.5},
    ),
    "fast-averaged": Variant(
        "unweighted, with twice the learning rate, magnifications of 0.75 to 1.3, and the mean of "
        "the weights over the last 25 %",
        {**_UNWEIGHTED, "learning_rate": 4e-3, "zoom": (0.75, 1.3), "averaged": 0.25},
    ),
    "recipe-less-light": Variant(
        "the recipe with other light in three of ten pictures", {**_RECIPE, "relit": 0.3}
    ),
    RECIPE: Variant(
        "what `laecips train` does: unweighted, with other light in half of the pictures, "
        "magnifications of 0.7 to 1.3, half again the learning rate, averaged weights",
        _RECIPE,
    ),
}
"""By name, as the page shows them."""
