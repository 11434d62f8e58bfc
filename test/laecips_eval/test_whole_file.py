from collections.abc import Callable
from pathlib import Path

import pytest
from laecips_eval.whole_file import whole_file


def test_it_appears_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("before")
    with whole_file(path) as file:
        file.write("after\n")
        assert path.read_text() == "before"
    assert path.read_text() == "after\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_what_was_there(
    tmp_path: Path, full_after: Callable[[int | None], None]
) -> None:
    path = tmp_path / "report.json"
    path.write_text("before")
    full_after(1000)
    message = f"{path} cannot be written: .*: free some space or choose another folder$"
    with pytest.raises(OSError, match=message), whole_file(path) as file:
        file.write("x" * 10_000)
    full_after(None)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_of_the_caller_is_the_callers(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), whole_file(tmp_path / "rows.csv"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_no_folder(tmp_path: Path) -> None:
    message = "nowhere/rows.csv cannot be written: No such file"
    with pytest.raises(OSError, match=message), whole_file(tmp_path / "nowhere" / "rows.csv"):
        pass
