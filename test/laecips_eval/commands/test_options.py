"""One style of command line: what every subcommand says of itself and of its options."""

import argparse
import importlib
import pkgutil
import shutil
from pathlib import Path
from types import ModuleType

import pytest
from laecips_edge.cli import main
from laecips_eval.commands import options
from laecips_eval.shipped_models import shipped_bundle, shipped_teacher

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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--dataset", "camvid"], "camvid needs a root"),
        (["--held-out", "day"], "inspection has no split 'day'"),
        (["--frames", "0"], "0 frames were asked for"),
    ],
)
def test_frames_that_nothing_can_be_fitted_on(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    teacher = tmp_path / "teacher"
    shutil.copytree(shipped_teacher(), teacher)
    table = (teacher / "classes.yaml").read_bytes()
    assert main(["fit-blend", str(teacher), *arguments]) == 2
    said = capsys.readouterr()
    assert message in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""
    assert (teacher / "classes.yaml").read_bytes() == table


def test_a_teacher_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit-blend", str(tmp_path / "nowhere")]) == 2
    error = capsys.readouterr().err
    assert f"{tmp_path / 'nowhere'}: cannot be read" in error
    assert error.count("\n") == 1
