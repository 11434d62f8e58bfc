"""The command `laecips` itself; its subcommands have their own tests."""

import argparse
import sys
import xml.etree.ElementTree as ET
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest

from laecips_edge import cli


@pytest.fixture
def greet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A subcommand with every kind of option."""
    module = ModuleType("greet_command")

    def add_arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--whom", required=True, help="somebody")
        parser.add_argument("--where", help="place; without it here")
        parser.add_argument("--loud", action="store_true", help="shout")
        parser.add_argument("--times", type=int, default=0, help="how often")

    def run(args: argparse.Namespace) -> int:
        if args.times < 0:
            raise ValueError(f"--times is {args.times}")
        return args.times

    vars(module).update(HELP="say hello", add_arguments=add_arguments, run=run)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    point = EntryPoint("greet", module.__name__, cli.GROUP)
    monkeypatch.setattr(cli, "entry_points", lambda group: [point])


@pytest.mark.usefixtures("greet")
def test_help_shows_only_defaults_that_say_something(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["greet", "--help"])
    shown = capsys.readouterr().out
    assert "how often (default: 0)" in shown
    assert shown.count("(default:") == 1


@pytest.mark.usefixtures("greet")
def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    root = ET.parse(Path(__file__).resolve().parents[2] / "laecips_edge" / "package.xml")
    assert capsys.readouterr().out == f"laecips {root.findtext('version')}\n"


@pytest.mark.usefixtures("greet")
@pytest.mark.parametrize(("times", "status"), [("3", 3), ("-1", 2)])
def test_the_status_is_the_subcommands_or_2(
    times: str, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["greet", "--whom", "you", f"--times={times}"]) == status
    assert capsys.readouterr().err == ("laecips greet: --times is -1\n" if status == 2 else "")
