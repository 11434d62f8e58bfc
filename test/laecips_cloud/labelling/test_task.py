import csv
from pathlib import Path

import pytest
from laecips_cloud.annotations.formats import FORMATS
from laecips_cloud.labelling import task as task_module
from laecips_cloud.labelling.candidates import offered
from laecips_cloud.labelling.selection import Choice, choose
from laecips_cloud.labelling.task import FRAMES, write_task
from laecips_cloud.replay_buffer.buffer import ReplayBuffer


def choices(buffer: ReplayBuffer, count: int = 2) -> list[Choice]:
    return choose(offered(buffer).candidates, count)


@pytest.mark.parametrize(
    ("tool", "files"),
    [
        ("cvat", {"annotations.xml", "labels.json"}),
        ("label-studio", {"tasks.json", "label_config.xml"}),
    ],
)
def test_a_task(tool: str, files: set[str], buffer: ReplayBuffer, tmp_path: Path) -> None:
    chosen, folder = choices(buffer), tmp_path / "monday"
    write_task(buffer, chosen, folder, tool=tool, background="background")
    assert {path.name for path in folder.iterdir()} == {"images", FRAMES, *files}
    with (folder / FRAMES).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["request_id"] for row in rows] == [choice.candidate.name for choice in chosen]
    assert rows[0]["why"].startswith("trust 0.00, lower than that of 80% of the frames")
    for row in rows:
        frame = buffer.find(row["request_id"])
        assert frame is not None
        assert (folder / "images" / row["picture"]).read_bytes() == frame.picture
        assert row["received"] == f"1970-01-01T00:00:0{frame.stamp_ns}Z"
    found = FORMATS[tool](folder).pictures()
    assert [Path(it.picture).name for it in found] == [row["picture"] for row in rows]
    assert buffer.open_tasks() == {"monday": 2}
    assert not list(tmp_path.glob(".monday*"))


def test_a_frame_is_not_offered_twice(buffer: ReplayBuffer, tmp_path: Path) -> None:
    for name, count in (("one", 2), ("two", 2), ("three", 1)):
        write_task(buffer, choices(buffer), tmp_path / name, tool="cvat", background="")
        assert buffer.open_tasks()[name] == count
    assert choices(buffer) == []


def test_a_folder_that_is_there(buffer: ReplayBuffer, tmp_path: Path) -> None:
    (tmp_path / "task").mkdir()
    with pytest.raises(ValueError, match="task: there already; name another folder"):
        write_task(buffer, choices(buffer), tmp_path / "task", tool="cvat", background="")
    buffer.open_task("other", ["bot/4"])
    with pytest.raises(ValueError, match="task 'other' is open already"):
        write_task(buffer, choices(buffer), tmp_path / "other", tool="cvat", background="")
    assert not (tmp_path / "other").exists()
    assert buffer.open_tasks() == {"other": 1}


def test_a_full_disk_leaves_nothing(
    buffer: ReplayBuffer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(task_module.cvat_task, "write", full)
    with pytest.raises(OSError, match="No space"):
        write_task(buffer, choices(buffer), tmp_path / "task", tool="cvat", background="")
    assert buffer.open_tasks() == {}
    assert {path.name for path in tmp_path.iterdir() if "task" in path.name} == set()
