"""Settings as frozen dataclasses: each field declares its allowed values, checked at construction.

Example:
    @dataclass(frozen=True, kw_only=True)
    class CameraSettings(Settings):
        gain: float = setting(1.0, "Gain of the sensor.", minimum=0.0, maximum=4.0)
        mode: str = setting("auto", "Exposure.", choices=("auto", "manual"), changes="never")
        lens: LensSettings = field(default_factory=LensSettings)  # lens.focus, lens.zoom

    CameraSettings(gain=5.0)  # parameter gain: 5.0 is out of range: give one from 0.0 to 4.0
    CameraSettings.from_parameters({"gain": 2.0, "lens.focus": 0.5})
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, Literal, Self

Changes = Literal["always", "unconfigured", "never"]
"""When a parameter may change: always, only while the node is unconfigured, never after start."""

Check = Callable[[Any], str | None]
"""Returns why a value is refused, in a text that begins with the value; None if it is accepted."""

_KEY: Final = "setting"
_KINDS: Final[Mapping[type, tuple[tuple[type, ...], str]]] = {
    bool: ((bool,), "true or false"),
    int: ((int,), "a whole number"),
    float: ((int, float), "a number"),
    str: ((str,), "a text"),
    tuple: ((tuple,), "a list of texts"),
}


class SettingError(ValueError):
    """A setting has a value that is not allowed; the message is one line with the name and why."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """The allowed values of one setting; the fields are the arguments of `setting`."""

    default: bool | int | float | str | tuple[str, ...]
    description: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    check: Check | None = None
    changes: Changes = "always"

    def __post_init__(self) -> None:
        if type(self.default) in (int, float) and None in (self.minimum, self.maximum):
            raise TypeError(f"{self.description} A number needs a minimum and a maximum.")

    def problem(self, value: Any) -> str | None:
        """Return why a value is refused, in a text that begins with it; None if it is accepted."""
        if not self._is_kind(value):
            return f"{value!r} is not {_KINDS[type(self.default)][1]}"
        if self.choices and value not in self.choices:
            return f"{value!r} is not known: use one of {', '.join(self.choices)}"
        if self.check is not None and (refusal := self.check(value)) is not None:
            return refusal
        # NaN lies in no range.
        if self.minimum is None or self.maximum is None or self.minimum <= value <= self.maximum:
            return None
        return f"{value!r} is out of range: give one from {self.minimum} to {self.maximum}"

    def as_kind(self, value: Any) -> Any:
        """Return a whole number as a floating-point one where the setting is one; else `value`.

        In YAML `2` is a whole number, and ROS takes no such for a parameter of type double.
        """
        if isinstance(self.default, float) and type(value) is int:
            return float(value)
        return value

    def require(self, name: str, value: Any) -> None:
        """Raise SettingError if a value is refused.

        Args:
            name: name of the setting, for the message.
            value: the value.
        """
        if (problem := self.problem(value)) is not None:
            raise SettingError(f"parameter {name}: {problem}")

    def _is_kind(self, value: Any) -> bool:
        kind = type(self.default)
        if isinstance(value, bool):  # bool is a subclass of int
            return kind is bool
        if not isinstance(value, _KINDS[kind][0]):
            return False
        return not isinstance(value, tuple) or all(isinstance(text, str) for text in value)


def setting(
    default: bool | int | float | str | tuple[str, ...],
    description: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple[str, ...] = (),
    check: Check | None = None,
    changes: Changes = "always",
) -> Any:
    """Return a dataclass field for a setting; its type is the type of the default.

    Args:
        default: value if none is given.
        description: one or two sentences for `ros2 param describe`, with the unit.
        minimum: smallest value of a number; a number needs both bounds.
        maximum: largest value of a number.
        choices: the allowed texts; empty: any.
        check: returns why a value is refused, for rules that a range cannot express.
        changes: when the parameter may change.
    """
    return field(
        default=default,
        metadata={
            _KEY: Setting(
                default=default,
                description=description,
                minimum=minimum,
                maximum=maximum,
                choices=choices,
                check=check,
                changes=changes,
            )
        },
    )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Base class of settings. Each field is a `setting`, or has settings as its `default_factory`.

    The names are those of ROS parameters: the name of nested settings is joined with a dot.

    Raises:
        SettingError: a value is refused. A subclass checks rules on several fields in
            `__post_init__`.
    """

    def __post_init__(self) -> None:
        for name, one in self.declared().items():
            one.require(name, attrgetter(name)(self))

    @classmethod
    def declared(cls) -> dict[str, Setting]:
        """Return the allowed values of every setting, by name."""
        found: dict[str, Setting] = {}
        for each in fields(cls):
            if _KEY in each.metadata:
                found[each.name] = each.metadata[_KEY]
            else:
                inner = _settings_in(each).declared()
                found |= {f"{each.name}.{name}": one for name, one in inner.items()}
        return found

    @classmethod
    def from_parameters(cls, values: Mapping[str, Any], *, within: str = "") -> Self:
        """Return the settings that parameters give.

        Args:
            values: parameter values by name. A missing setting keeps its default; a name that is
                no setting is ignored. Lists become tuples without their empty texts: ROS has no
                typed empty list, so a list with one empty text stands for an empty one.
            within: prefix of the names of these settings.

        Raises:
            SettingError: a value is refused.
        """
        found: dict[str, Any] = {}
        for each in fields(cls):
            name = within + each.name
            if _KEY not in each.metadata:
                inner = _settings_in(each)
                found[each.name] = inner.from_parameters(values, within=f"{name}.")
            elif name in values:
                one: Setting = each.metadata[_KEY]
                found[each.name] = one.as_kind(from_parameter(values[name]))
                one.require(name, found[each.name])
        return cls(**found)

    def as_parameters(self) -> dict[str, Any]:
        """Return all values by name, in the form that `from_parameters` takes."""
        return {name: as_parameter(attrgetter(name)(self)) for name in self.declared()}

    def path(self, name: str, *, what: str) -> Path:
        """Return a path that must be given; a leading `~` becomes the home folder.

        Args:
            name: name of the setting.
            what: what the path must be, for the message.

        Raises:
            SettingError: the setting is empty.
        """
        text = attrgetter(name)(self)
        if not text:
            raise SettingError(f"parameter {name} is empty: give {what}")
        return Path(text).expanduser()


def as_parameter(value: Any) -> Any:
    """Return a setting's value for ROS: a tuple becomes a list, an empty one a list with ""."""
    return (list(value) or [""]) if isinstance(value, tuple) else value


def from_parameter(value: Any) -> Any:
    """Return a ROS parameter's value for a setting; see `Settings.from_parameters`."""
    return tuple(text for text in value if text != "") if isinstance(value, list | tuple) else value


def _settings_in(each: Any) -> type[Settings]:
    """Return the class of the nested settings in a field."""
    inner: type[Settings] = each.default_factory
    return inner
