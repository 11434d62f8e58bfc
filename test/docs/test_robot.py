"""docs/robot.md lists the launch files and their arguments as they are.

It reads the sources: ROS's launch comes from apt alone, and the page is to be right elsewhere too.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BRINGUP = ROOT / "laecips_bringup"
PAGE = (ROOT / "docs" / "robot.md").read_text(encoding="utf-8")
IN_WORDS = {'""': "empty", "str(shipped_bundle())": "the shipped one", "graph.RAW": "`raw`"}


def test_every_launch_file() -> None:
    shown = re.findall(r"^\| `(\w+\.launch\.py)` \|", PAGE, re.MULTILINE)
    assert set(shown) == {path.name for path in (BRINGUP / "launch").glob("*.launch.py")}


def test_every_argument_with_its_default() -> None:
    source = (BRINGUP / "laecips_bringup" / "graph" / "launching.py").read_text(encoding="utf-8")
    argument = r'DeclareLaunchArgument\(\s*"(\w+)",\s*default_value=(.+),\n'
    declared = {
        name: IN_WORDS.get(default, default.replace('"', "`"))
        for name, default in re.findall(argument, source)
    }
    assert len(declared) == source.count("DeclareLaunchArgument(\n")
    table = PAGE[PAGE.index("| argument |") :].split("\n\n")[0]
    assert dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", table, re.MULTILINE)) == declared
