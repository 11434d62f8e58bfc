"""Plug-ins found by the name of their entry point, with options given as text."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
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
    """Return the options given as NAME=VALUE, by name; ignore empty texts."""
    return dict(text.split("=", 1) for text in texts if text)


class Plugins:
    """The classes offered by one entry point group.

    Their constructors take keyword arguments of the types str, int, float and bool, each with a
    default: the plug-in's options. The caller supplies all other arguments.

    Args:
        group: name of the entry point group.
        kind: what the plug-ins are, for error messages.
        error: the exception type to raise.
    """

    def __init__(self, group: str, *, kind: str, error: type[ValueError]) -> None:
        self._group, self._kind, self._error = group, kind, error

    def create(self, name: str, options: Mapping[str, str], *given: Any) -> Any:
        """Create a plug-in.

        Args:
            name: of an entry point in the group.
            options: the plug-in's options, as text.
            given: positional arguments of the constructor, before the options.

        Raises:
            ValueError: of the type `error`: the name or an option is unknown, a value cannot be
                read, or a needed package is not installed.
        """
        factory = self.load(name)
        with self._naming_what_is_missing(name):
            return factory(*given, **self._read(name, factory, options, skip=len(given)))

    def load(self, name: str) -> Any:
        """Return the class or function of an entry point.

        Raises:
            ValueError: of the type `error`: the name is unknown, or a needed package is not
                installed.
        """
        points = self._points()
        if name not in points:
            raise self._error(
                f"{self._kind} {name!r} is not known: take one of {', '.join(sorted(points))}"
            )
        with self._naming_what_is_missing(name):
            return points[name].load()

    @contextmanager
    def _naming_what_is_missing(self, name: str) -> Iterator[None]:
        try:
            yield
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
    """Return the types of a constructor's options; without annotation, the default's type."""
    kinds = {}
    for key, parameter in list(inspect.signature(factory, eval_str=True).parameters.items())[skip:]:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        bare = parameter.annotation is parameter.empty
        kind = type(parameter.default) if bare else parameter.annotation
        if kind in _READERS:  # other types cannot be given as text and keep their defaults
            kinds[key] = kind
    return kinds
