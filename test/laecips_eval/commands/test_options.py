"""One style of command line: what every subcommand says of itself and of its options."""

import argparse
import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

import pytest
from laecips_eval.commands import options
from laecips_eval.shipped import shipped_bundle

from laecips_eval import commands

MODULES = [
    module
    for found in pkgutil.iter_modules(commands.__path__)
    if hasattr(module := importlib.import_module(f"laecips_eval.commands.{found.name}"), "HELP")
]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.split(".")[-1])
def test_help_texts_begin_small_and_end_without_a_full_stop(module: ModuleType) -> None:
    parser = argparse.ArgumentParser(add_help=False)
    module.add_arguments(parser)
    texts = [module.HELP, *(action.help for action in parser._actions)]
    for text in texts:
        # An abbreviation or unit may stand first, as in HEIGHTxWIDTH.
        assert text, module.HELP
        assert not (text[0].isupper() and text[1].islower()), text
        assert not text.endswith("."), text
        assert "None" not in text, text


def test_the_bundle_is_the_shipped_one_unless_named() -> None:
    parser = argparse.ArgumentParser()
    options.add_bundle(parser)
    assert options.chosen_bundle(parser.parse_args([])) == shipped_bundle()
    assert options.chosen_bundle(parser.parse_args(["--bundle", "mine"])) == Path("mine")
