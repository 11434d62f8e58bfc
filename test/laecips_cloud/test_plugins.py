"""Parts by name, from the entry points of a package that a test installs: a folder on the path."""

import re
from pathlib import Path
from typing import Any

import pytest
from laecips_cloud.plugins import Plugins

PARTS = """
from __future__ import annotations

class Part:
    def __init__(
        self, *, text: str = "-", whole: int = 1, share: float = 0.5, yes: bool = False
    ) -> None:
        self.all = text, whole, share, yes

class Given:
    def __init__(self, first: tuple[str, ...], second: int, *, speed: int = 1) -> None:
        self.all = first, second, speed

class Plain:
    all = "plain"

class Lazy:
    def __init__(self) -> None:
        import laecips_of_nowhere

class Choosy:
    def __init__(self, *, speed: int = 1) -> None:
        raise KeyError("a fault of its own")

def function(*, speed: int = 1) -> int:
    return speed
"""
ENTRY_POINTS = """
[laecips.test_parts]
part = laecips_test_parts:Part
given = laecips_test_parts:Given
plain = laecips_test_parts:Plain
lazy = laecips_test_parts:Lazy
choosy = laecips_test_parts:Choosy
function = laecips_test_parts:function
missing = laecips_of_nowhere:Part
[laecips.other_parts]
other = laecips_test_parts:Part
"""
NAMES = ["choosy", "function", "given", "lazy", "missing", "part", "plain"]


class PartError(ValueError):
    """What these plug-ins raise."""


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plugins:
    (tmp_path / "laecips_test_parts.py").write_text(PARTS, encoding="utf-8")
    info = tmp_path / "laecips_test_parts-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: laecips_test_parts\nVersion: 1.0")
    (info / "entry_points.txt").write_text(ENTRY_POINTS, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    return Plugins("laecips.test_parts", kind="test part", error=PartError)


def test_a_group_that_nobody_offers() -> None:
    none = Plugins("laecips.no_parts", kind="test part", error=PartError)
    with pytest.raises(PartError, match=r"test part 'any' is not known: take one of $"):
        none.create("any", {})


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ("-", 1, 0.5, False)),
        ({"text": "a=b", "whole": "-3"}, ("a=b", -3, 0.5, False)),
        ({"share": "1e-3", "yes": "True"}, ("-", 1, 0.001, True)),
        ({"text": "", "share": "2", "yes": "false"}, ("", 1, 2.0, False)),
    ],
)
def test_options_are_read_by_their_types(
    options: dict[str, str], expected: tuple[Any, ...], plugins: Plugins
) -> None:
    made = plugins.create("part", options).all
    assert made == expected
    assert list(map(type, made)) == [str, int, float, bool]


def test_what_the_caller_gives_comes_first(plugins: Plugins) -> None:
    assert plugins.create("given", {"speed": "7"}, ("a", "b"), 2).all == (("a", "b"), 2, 7)


def test_a_class_without_a_constructor_and_a_function_will_do(plugins: Plugins) -> None:
    assert plugins.create("plain", {}).all == "plain"
    assert plugins.create("function", {"speed": "4"}) == 4


@pytest.mark.parametrize(
    ("name", "options", "given", "message"),
    [
        ("prat", {}, (), f"test part 'prat' is not known: take one of {', '.join(NAMES)}"),
        ("other", {}, (), "test part 'other' is not known"),
        (
            "part",
            {"size": "1"},
            (),
            "test part part has no option 'size': it has text, whole, share, yes",
        ),
        ("plain", {"size": "1"}, (), "test part plain has no option 'size': it has none"),
        ("part", {"whole": "1.5"}, (), "test part part: option whole is '1.5', it must be int"),
        ("part", {"share": "half"}, (), "part: option share is 'half', it must be float"),
        ("part", {"yes": "yes"}, (), "part: option yes is 'yes', it must be bool"),
        ("part", {"whole": ""}, (), "part: option whole is '', it must be int"),
        # What the caller gives is no option.
        ("given", {"first": "x"}, (("a",), 2), "given has no option 'first': it has speed"),
        ("given", {"second": "3"}, (("a",), 2), "given has no option 'second': it has speed"),
        (
            "missing",
            {},
            (),
            "test part missing: No module named 'laecips_of_nowhere'; install what is missing or "
            "take another",
        ),
        ("lazy", {}, (), "test part lazy: No module named 'laecips_of_nowhere'; install"),
    ],
)
def test_what_cannot_be_made(
    name: str, options: dict[str, str], given: tuple[Any, ...], message: str, plugins: Plugins
) -> None:
    with pytest.raises(PartError, match=re.escape(message)):
        plugins.create(name, options, *given)


def test_a_parts_own_fault_is_not_hidden(plugins: Plugins) -> None:
    with pytest.raises(KeyError, match="a fault of its own"):
        plugins.create("choosy", {"speed": "2"})
