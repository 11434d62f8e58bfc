import shutil
from pathlib import Path

import pytest
from finished_replay import FinishedReplay
from laecips_bringup.own_pictures.summary import summary
from laecips_edge.core.bundle.bundle import Bundle


def test_without_a_bundle_there_is_nothing_to_sum_up(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="bundle"):
        list(summary(tmp_path))


@pytest.fixture
def made(tmp_path: Path, tiny_bundle: Bundle) -> Path:
    """The folder of a run, with the bundle and the report of a replay."""
    shutil.copytree(tiny_bundle.path, tmp_path / "bundle")
    run = tmp_path / "run"
    FinishedReplay(run, tiny_bundle)
    (run / "report.json").rename(run / "offline.json")
    return tmp_path


def test_the_commands_for_robot_and_data_centre_come_last(made: Path) -> None:
    robot, command, cloud, _ = list(summary(made))[-4:]
    assert robot == "on a robot:"
    assert command == (
        "  ros2 launch laecips_edge edge.launch.py image_topic:=/camera/image_raw "
        f"bundle:={made / 'bundle'}"
    )
    assert cloud.startswith("in the data centre, ")


def test_a_dry_run_ends_with_how_to_train_in_earnest(made: Path) -> None:
    lines = list(summary(made, quick=True))
    assert lines[-1] == (
        f"a dry run: this bundle has learnt nothing; `laecips new {made} --no-quick` trains it"
    )
    assert not [line for line in lines if "ros2 launch" in line]
    assert lines[0] == f"{made / 'bundle'}: the bundle of a robot, 4 classes"
