"""docs/robot.md lists the launch files and their arguments as they are."""

import re
from pathlib import Path

from laecips_edge.launching.arguments import ARGUMENTS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "robot.md").read_text(encoding="utf-8")


def test_every_launch_file() -> None:
    shown = re.findall(r"^\| `(\w+\.launch\.py)` \|", PAGE, re.MULTILINE)
    assert set(shown) == {path.name for path in ROOT.glob("laecips_*/launch/*.launch.py")}


def test_every_argument_with_its_default() -> None:
    table = PAGE[PAGE.index("| argument |") :].split("\n\n")[0]
    shown = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", table, re.MULTILINE))
    assert shown == {
        each.name: f"`{each.default}`" if each.default else "empty" for each in ARGUMENTS
    }
