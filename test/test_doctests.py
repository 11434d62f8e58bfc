"""The examples in docstrings give what they say."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("laecips_edge", "laecips_cloud", "laecips_eval", "laecips_bringup")


def modules_with_examples() -> list[str]:
    """Names of the modules that have an example in them."""
    return [
        ".".join(path.relative_to(ROOT / name).with_suffix("").parts).removesuffix(".__init__")
        for name in PACKAGES
        for path in sorted((ROOT / name / name).rglob("*.py"))
        if ">>> " in path.read_text(encoding="utf-8")
    ]


def test_there_is_something_to_try() -> None:
    assert "laecips_edge.core.frame.counters" in modules_with_examples()


@pytest.mark.parametrize("name", modules_with_examples())
def test_examples(name: str) -> None:
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if str(error.name).startswith("laecips"):
            raise
        pytest.skip(f"{error.name} is not installed here")
    failed, tried = doctest.testmod(module)
    assert tried > 0, "the examples are in no docstring"
    assert failed == 0, "see what doctest has printed"
