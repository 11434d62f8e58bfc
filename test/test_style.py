"""The house rules that machines can check: ruff, mypy, and which room may import which."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ["laecips_edge", "laecips_cloud", "laecips_eval", "laecips_bringup"]
SOURCES = [*(f"{name}/{name}" for name in PACKAGES), "integrations"]
PATHS = [*PACKAGES, "integrations/laecips_joint"]
RUFF = [sys.executable, "-m", "ruff"]


@pytest.mark.parametrize(
    ("tool", "command"),
    [
        ("ruff", [*RUFF, "check", "--quiet", "."]),
        ("ruff", [*RUFF, "format", "--check", "--quiet", "."]),
        ("mypy", [sys.executable, "-m", "mypy", *SOURCES]),
        (
            "importlinter",
            [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        ),
    ],
    ids=["ruff-check", "ruff-format", "mypy", "import-linter"],
)
def test_clean(tool: str, command: list[str]) -> None:
    if importlib.util.find_spec(tool) is None:
        pytest.skip(f"{tool} is not installed here (requirements/lock.txt has it)")
    sources = os.pathsep.join(str(ROOT / name) for name in PATHS)
    environment = {
        **os.environ,
        "PYTHONPATH": sources + os.pathsep + os.environ.get("PYTHONPATH", ""),
    }
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
