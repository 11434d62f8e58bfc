"""A pin is written while the robot does not run, and acts at its next start."""

import pytest
from laecips_edge.core.update.model_store import ModelStore
from laecips_edge.core.update.pin import pin_store
from laecips_edge.core.update.store_state import MEMORY, Bar, read_store_state
from made_bundles import hollow


@pytest.fixture
def store(tmp_path):
    """A closed store with versions 2 and 3 beside the base, version 1."""
    it = ModelStore(tmp_path / "models", robot="robot", base=hollow(tmp_path / "base"))
    for version in (2, 3):
        it.begin_trial(it.admit(hollow(tmp_path / "models" / "partial" / "x", version).path))
        it.keep()
    it.close()
    return it


@pytest.mark.parametrize("version", [2, 3])
def test_a_version_that_is_kept(store, version):
    said = pin_store(store.folder, version)
    assert said == f"{store.folder}: pinned to version {version} from the next start on"
    assert read_store_state(store.folder).pin == version


def test_one_that_is_not_here_must_be_the_bases(store):
    assert pin_store(store.folder, 1) == (
        f"{store.folder}: pinned to version 1 from the next start on; no slot has it (here: 2, 3), "
        "so it must be the version of the robot's parameter bundle"
    )
    assert read_store_state(store.folder).pin == 1


def test_what_was_rolled_back_is_not_here(store):
    store.roll_back("one class", to=store.before)
    hollow(store.folder / "slots" / "left", 3)  # its process was ended before it was removed
    assert "no slot has it (here: 2), so" in pin_store(store.folder, 3)


def test_nothing_else_is_forgotten(store):
    store.bar("ab" * 32, version=9, reason="h is nan")
    memory = read_store_state(store.folder)
    pin_store(store.folder, 2)
    assert (
        pin_store(store.folder, None) == f"{store.folder}: follows updates from the next start on"
    )
    assert read_store_state(store.folder) == memory
    assert memory.bars == {"ab" * 32: Bar(version=9, reason="h is nan", ran=False)}


@pytest.mark.parametrize("below", ["models", "models/robot"])
def test_the_store_is_found_below_a_folder(tmp_path, store, below):
    assert pin_store(tmp_path / below, 2).startswith(f"{store.folder}: ")


def test_a_store_of_which_only_the_memory_is_left(tmp_path, store):
    (tmp_path / "left" / "line").mkdir(parents=True)
    (store.folder / MEMORY).rename(tmp_path / "left" / "line" / MEMORY)
    said = pin_store(tmp_path / "left", 2)
    assert "pinned to version 2" in said
    assert "(here: none)" in said


def test_of_two_stores_one_must_be_given(tmp_path, store):
    other = ModelStore(tmp_path / "models", robot="walker", base=hollow(tmp_path / "base"))
    other.close()
    with pytest.raises(ValueError, match="more than one model store is below; give one of") as told:
        pin_store(tmp_path / "models", 2)
    assert str(store.folder) in str(told.value)
    assert str(other.folder) in str(told.value)
    assert "pinned" in pin_store(tmp_path / "models" / "walker", 2)


@pytest.mark.parametrize(
    ("root", "reason"),
    [
        ("nowhere", "is not a folder; give the folder of a robot's model store"),
        ("base", "no model store is here or below; give a robot's model store"),
    ],
)
def test_without_a_store_there_is_nothing_to_pin(tmp_path, store, root, reason):
    with pytest.raises(ValueError, match=reason):
        pin_store(tmp_path / root, 2)


def test_a_robot_that_runs_is_asked_itself(tmp_path, store):
    running = ModelStore(tmp_path / "models", robot="robot", base=hollow(tmp_path / "base"))
    with pytest.raises(ValueError, match="is in use by a running robot: call its service ~/adapt"):
        pin_store(store.folder, 2)
    running.close()
    assert read_store_state(store.folder).pin is None
    pin_store(store.folder, 2)  # and the lock was let go


def test_a_spoilt_memory_is_told_and_left(store):
    (store.folder / MEMORY).write_text("{")
    with pytest.raises(ValueError, match=r"memory.json: cannot be read .* remove it"):
        pin_store(store.folder, 2)
    assert (store.folder / MEMORY).read_text() == "{"


def test_on_a_full_disk_the_pin_of_before_stays(store, full_after):
    pin_store(store.folder, 3)
    full_after(10)
    with pytest.raises(OSError, match="File too large"):
        pin_store(store.folder, 2)
    full_after(None)
    assert read_store_state(store.folder).pin == 3
