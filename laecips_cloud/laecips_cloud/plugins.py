"""Exchangeable parts by name: entry points, with options that are given as text."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

_TRUTH: Final = {"true": True, "false": False}
_READERS: Final[Mapping[type, Callable[[str], Any]]] = {
    str: str,
    int: int,
    float: float,
    bool: lambda text: _TRUTH[text.lower()],
}


def options_of(texts: Iterable[str]) -> dict[str, str]:
    """Options that were given as NAME=VALUE, by name; empty texts stand for none."""
    return dict(text.split("=", 1) for text in texts if text)


class Plugins:
    """The classes that an entry point group offers.

    Their constructors take keyword arguments of the types str, int, float and bool, each with a
    default: those are a plug-in's options. What else they take is given by the caller.

    Args:
        group: of the entry points.
        kind: what they are, for messages.
        error: what is raised.
    """

    def __init__(self, group: str, *, kind: str, error: type[ValueError]) -> None:
        self._group, self._kind, self._error = group, kind, error

    def create(self, name: str, options: Mapping[str, str], *given: Any) -> Any:
        """Makes one.

        Args:
            name: of an entry point in the group.
            options: its own options, as text.
            given: what its constructor takes before them.

        Raises:
            ValueError: of the type `error`: the name or an option is not known, a value cannot be
                read, or something that it needs is not installed.
        """
        points = self._points()
        if name not in points:
            raise self._error(
                f"{self._kind} {name!r} is not known: take one of {', '.join(sorted(points))}"
            )
        try:
            factory = points[name].load()
            return factory(*given, **self._read(name, factory, options, skip=len(given)))
        except ImportError as error:
            raise self._error(
                f"{self._kind} {name}: {error}; install what is missing or take another"
            ) from error

    def _points(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in entry_points(group=self._group)}

    def _read(
        self, name: str, factory: Callable[..., Any], options: Mapping[str, str], *, skip: int
    ) -> dict[str, Any]:
        known = _kinds(factory, skip)
        values = {}
        for key, text in options.items():
            if key not in known:
                has = f"it has {', '.join(known)}" if known else "it has none"
                raise self._error(f"{self._kind} {name} has no option {key!r}: {has}")
            kind = known[key]
            try:
                values[key] = _READERS[kind](text)
            except (ValueError, KeyError):
                raise self._error(
                    f"{self._kind} {name}: option {key} is {text!r}, it must be {kind.__name__}"
                ) from None
        return values


def _kinds(factory: Callable[..., Any], skip: int) -> dict[str, type]:
    """Types of a constructor's options; one that is not annotated has the type of its default."""
    kinds = {}
    for key, parameter in list(inspect.signature(factory, eval_str=True).parameters.items())[skip:]:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        bare = parameter.annotation is parameter.empty
        kind = type(parameter.default) if bare else parameter.annotation
        if kind in _READERS:  # others cannot be given as text, and keep their defaults
            kinds[key] = kind
    return kinds
