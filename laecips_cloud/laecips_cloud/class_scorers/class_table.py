"""The class table of a network: a YAML file that maps its classes to ours.

    outputs: [sky, road, car, truck, boat]    # the network's classes, in the order of its outputs
    classes:                                  # ours, each with the network's classes in it
      road: [road]
      car: [car, truck]
      pole: []                                # the network does not know poles
      unknown: [sky, boat]                    # the network's classes in none of ours
    input: {size: [512, 1024], mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}
    scores: logits                            # or probabilities
    temperature: 1.3                          # logits are divided by it
    logit_adjustment: {road: 0.4, pole: -0.4} # fitted; added to the logs of our classes' scores
    blend: {cloud_weight: 0.7}                # fitted; what the scorer `blend` takes

`outputs` and `classes` are required; `classes` must hold all of ours, and `unknown`.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from laecips_edge.core.atomic_files import whole_file
from laecips_edge.core.bundle.manifest import IMAGENET_MEAN, IMAGENET_STD

from laecips_cloud.class_scorers.scorer import ClassScorerError

UNKNOWN: Final = "unknown"
_KEYS: Final = (
    "outputs",
    "classes",
    "input",
    "scores",
    "temperature",
    "logit_adjustment",
    "blend",
)
_SCORES: Final = ("logits", "probabilities")
_MOST_ADJUSTMENT: Final = 20.0  # beyond it, float32 scores have only one class left

Triple = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class ClassTable:
    """The class table of one network.

    Attributes:
        outputs: names of the network's classes, in the order of its outputs.
        rows: for each class of ours, in the order of the labels, the indices of its outputs; empty
            if the network does not know the class. Outputs in no row are `unknown`.
        classes: names of our classes.
        size: (height, width) in pixels to which pictures are resized; None to use the size of the
            network's input.
        mean, std: mean and standard deviation of the RGB channels of a picture in 0..1.
        scores: whether the network returns logits or probabilities.
        temperature: divisor of the logits.
        logit_adjustment: for each class of ours, the value added to the logarithm of its score, in
            [-20, 20]; corrects a network whose training favours rare classes too much. Empty to add
            nothing.
        cloud_weight: weight of the network's scores in a blend, in [0, 1]; None if not fitted.
    """

    outputs: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]
    classes: tuple[str, ...]
    size: tuple[int, int] | None = None
    mean: Triple = IMAGENET_MEAN
    std: Triple = IMAGENET_STD
    scores: Literal["logits", "probabilities"] = "logits"
    temperature: float = 1.0
    logit_adjustment: tuple[float, ...] = ()
    cloud_weight: float | None = None

    @classmethod
    def read(cls, path: str | Path, classes: Sequence[str]) -> ClassTable:
        """Read a table's file.

        Args:
            path: the table's file.
            classes: our classes, in the order of the labels.

        Raises:
            ClassScorerError: it cannot be read, or is for other classes; names file and row.
        """
        try:
            content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise ClassScorerError(
                f"class table {path}: cannot be read ({error.strerror}); give the path of a table"
            ) from error
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise ClassScorerError(
                f"class table {path}: not YAML ({' '.join(str(error).split())})"
            ) from error
        try:
            return cls._parsed(content, tuple(classes))
        except ValueError as error:
            raise ClassScorerError(f"class table {path}: {error}") from error

    @classmethod
    def identity(cls, classes: Sequence[str], **fields: Any) -> ClassTable:
        """Return the table of a network that has our classes, in our order."""
        names = tuple(classes)
        rows = tuple((index,) for index in range(len(names)))
        return cls(outputs=names, rows=rows, classes=names, **fields)

    def write(self, path: Path) -> None:
        """Replace the table's file atomically; OSError if it cannot be written."""
        with whole_file(path) as file:
            file.write(self.to_yaml())

    def to_yaml(self) -> str:
        """Return the table in the form that `read` takes."""
        known = {output for row in self.rows for output in row}
        classes = {
            name: [self.outputs[output] for output in row]
            for name, row in zip(self.classes, self.rows, strict=True)
        }
        classes[UNKNOWN] = [name for i, name in enumerate(self.outputs) if i not in known]
        content: dict[str, Any] = {
            "outputs": list(self.outputs),
            "classes": classes,
            "input": {"mean": list(self.mean), "std": list(self.std)},
            "scores": self.scores,
            "temperature": self.temperature,
        }
        if self.size is not None:
            content["input"]["size"] = list(self.size)
        if self.logit_adjustment:
            content["logit_adjustment"] = dict(
                zip(self.classes, self.logit_adjustment, strict=True)
            )
        if self.cloud_weight is not None:
            content["blend"] = {"cloud_weight": self.cloud_weight}
        return yaml.safe_dump(content, sort_keys=False, default_flow_style=None, width=100)

    @classmethod
    def _parsed(cls, content: Any, classes: tuple[str, ...]) -> ClassTable:
        if not isinstance(content, Mapping):
            raise ValueError("no mapping; it must have outputs and classes")
        _only(content, _KEYS, "the table")
        outputs = _names(content.get("outputs"), "outputs")
        image = _mapping(content.get("input", {}), "input", ("size", "mean", "std"))
        scores = content.get("scores", "logits")
        if scores not in _SCORES:
            raise ValueError(f"scores is {scores!r}, it must be {' or '.join(_SCORES)}")
        blend = _mapping(content.get("blend", {}), "blend", ("cloud_weight",))
        weight = blend.get("cloud_weight")
        return cls(
            outputs=outputs,
            rows=_rows(content.get("classes"), outputs, classes),
            classes=classes,
            size=_size(image.get("size")),
            mean=_triple(image.get("mean", IMAGENET_MEAN), "input: mean"),
            std=_triple(image.get("std", IMAGENET_STD), "input: std", least=1e-6),
            scores=scores,
            temperature=_number(content.get("temperature", 1.0), "temperature", least=1e-3),
            logit_adjustment=_adjustment(content.get("logit_adjustment", {}), classes),
            cloud_weight=None if weight is None else _number(weight, "blend: cloud_weight", most=1),
        )


def _rows(
    content: Any, outputs: tuple[str, ...], classes: tuple[str, ...]
) -> tuple[tuple[int, ...], ...]:
    if UNKNOWN in classes:
        raise ValueError(
            f"classes: one of ours is called {UNKNOWN}, which stands for what is none of ours; "
            "rename it"
        )
    wanted = (*classes, UNKNOWN)
    table = _mapping(content, "classes", wanted)
    if missing := [name for name in wanted if name not in table]:
        raise ValueError(
            f"classes: no row for {', '.join(missing)}; give [] where the network knows none"
        )
    numbers = {name: number for number, name in enumerate(outputs)}
    owner: dict[str, str] = {}
    for ours in wanted:
        for name in _names(table[ours], f"classes: {ours}", empty=True):
            if name not in numbers:
                raise ValueError(f"classes: {ours}: {name!r} is none of the outputs")
            if name in owner:
                raise ValueError(f"classes: {name!r} stands under {owner[name]} and under {ours}")
            owner[name] = ours
    if homeless := [name for name in outputs if name not in owner]:
        raise ValueError(
            f"classes: {', '.join(homeless)} stand in no row; put them under {UNKNOWN} if they "
            "are none of ours"
        )
    return tuple(tuple(numbers[str(name)] for name in table[ours]) for ours in classes)


def _adjustment(content: Any, classes: tuple[str, ...]) -> tuple[float, ...]:
    by_class = _mapping(content, "logit_adjustment", classes)
    if not by_class:
        return ()
    return tuple(
        _number(
            by_class.get(name, 0.0),
            f"logit_adjustment: {name}",
            least=-_MOST_ADJUSTMENT,
            most=_MOST_ADJUSTMENT,
        )
        for name in classes
    )


def _only(content: Mapping[Any, Any], known: Iterable[str], where: str) -> None:
    names = tuple(known)
    if strange := [str(key) for key in content if key not in names]:
        raise ValueError(f"{where} has {', '.join(strange)}; it may have {', '.join(names)}")


def _mapping(content: Any, where: str, known: Iterable[str]) -> Mapping[str, Any]:
    if not isinstance(content, Mapping):
        raise ValueError(f"{where} is {content!r}, it must be a mapping")
    _only(content, known, where)
    return content


def _names(content: Any, where: str, *, empty: bool = False) -> tuple[str, ...]:
    if not isinstance(content, list) or not (content or empty):
        raise ValueError(f"{where} is {content!r}, it must be a list of names")
    names = tuple(map(str, content))
    if len(set(names)) != len(names):
        raise ValueError(f"{where} has a name twice")
    return names


def _number(content: Any, where: str, *, least: float = 0.0, most: float = math.inf) -> float:
    number = isinstance(content, int | float) and not isinstance(content, bool)
    if not number or not abs(content) <= sys.float_info.max or not least <= content <= most:
        bounds = f"at least {least:g}" if most == math.inf else f"in {least:g} to {most:g}"
        raise ValueError(f"{where} is {content!r}, it must be a number {bounds}")
    return float(content)


def _triple(content: Any, where: str, *, least: float = -math.inf) -> Triple:
    if not isinstance(content, list | tuple) or len(content) != 3:
        raise ValueError(f"{where} is {content!r}, it must be three numbers")
    red, green, blue = (_number(value, where, least=least) for value in content)
    return red, green, blue


def _size(content: Any) -> tuple[int, int] | None:
    if content is None:
        return None
    whole = isinstance(content, list) and all(type(length) is int for length in content)
    if not whole or len(content) != 2 or min(content) < 1:
        raise ValueError(f"input: size is {content!r}, it must be [height, width] in pixels")
    return content[0], content[1]
