import pstats
from pathlib import Path

import pytest
from laecips_eval.commands.profiled import profiled


def slow_step() -> int:
    return sum(range(100))


def test_a_profile_is_written_even_of_what_fails(tmp_path: Path) -> None:
    path = tmp_path / "out" / "profile"
    with pytest.raises(ZeroDivisionError), profiled(path):
        slow_step() / 0
    functions = {name for _, _, name in pstats.Stats(str(path)).stats}  # type: ignore[attr-defined]
    assert "slow_step" in functions


def test_without_a_file_nothing_is_measured() -> None:
    with profiled(None):
        assert slow_step() == 4950
