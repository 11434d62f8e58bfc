import hashlib
import os
from pathlib import Path

import pytest
from laecips_edge.core.update.model_store import MOST_STARTS, ModelStore
from laecips_edge.core.update.slots import read_slots
from laecips_edge.core.update.store_state import BASE, MEMORY, StoreState, read_store_state
from made_bundles import hollow


class Robot:
    """A store that is opened again and again, as by a node that restarts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.base = hollow(folder / "base")
        self.store = self.open()

    def open(self) -> ModelStore:
        return ModelStore(self.folder / "models", robot="robot", base=self.base)

    def restart(self, *, kill: bool = False) -> list[int]:
        """Versions that a start would try, the best first; takes the first."""
        if not kill:
            self.store.stopped()
        self.store.close()
        self.store = self.open()
        self.store.count_start()
        candidates = list(self.store.candidates())
        self.store.started(candidates[0])
        return [slot.version for slot in candidates]

    def take(self, version: int, *, keep: bool = True) -> None:
        """What a swap does."""
        partial = hollow(self.folder / "models" / "partial" / "x", version).path
        self.store.begin_trial(self.store.admit(partial))
        if keep:
            self.store.keep()

    @property
    def kept(self) -> list[int]:
        return sorted(slot.version for slot in read_slots(self.store.folder))


@pytest.fixture
def robot(tmp_path):
    it = Robot(tmp_path)
    yield it
    it.store.close()


def test_a_new_store_has_the_base_alone(robot):
    assert robot.store.running.name == BASE
    assert robot.store.before is None
    assert robot.restart() == [1]
    assert robot.store.memory == StoreState(highest=1)


def test_two_slots_stay_whatever_comes(robot):
    for version in range(2, 12):
        robot.take(version)
        assert robot.store.running.version == version
        assert robot.store.before.version == version - 1
        assert robot.kept == [v for v in (version - 1, version) if v > 1]
    assert robot.restart() == [11, 10, 1]
    assert robot.store.memory.highest == 11


def test_until_it_is_judged_nothing_is_removed(robot):
    for version in (2, 3):
        robot.take(version)
    robot.take(4, keep=False)
    assert robot.kept == [2, 3, 4]
    assert robot.store.on_trial
    robot.store.keep()
    assert not robot.store.on_trial
    assert robot.kept == [3, 4]


def test_what_is_rolled_back_is_barred_and_gone(robot):
    for version in (2, 3):
        robot.take(version)
    robot.take(4, keep=False)
    bad = robot.store.running.manifest_sha256
    robot.store.roll_back("one class", to=robot.store.before)
    assert robot.store.memory.bars[bad].ran
    assert robot.store.memory.highest == 4
    assert robot.kept == [2, 3]
    assert robot.restart() == [3, 2, 1]
    robot.take(5)
    assert robot.store.before.version == 3


def test_the_first_update_may_be_rolled_back_to_the_base(robot):
    robot.take(2, keep=False)
    robot.store.roll_back("one class", to=robot.store.before)
    assert robot.store.running.name == BASE
    assert robot.kept == []
    assert robot.restart() == [1]


def test_an_operators_choice_survives_a_restart(robot):
    for version in (2, 3):
        robot.take(version)
    slots = {slot.version: slot for slot in robot.store.slots()}
    robot.store.return_to(slots[2])
    assert robot.restart() == [2, 3, 1]
    robot.store.return_to(slots[1])
    assert robot.restart()[0] == 1
    assert robot.kept == [2, 3]
    robot.take(4)
    assert robot.restart()[0] == 4


def test_the_base_may_be_ordered_and_stays_across_restarts(robot):
    robot.take(2)
    robot.store.begin_trial(robot.store.admit(hollow(robot.folder / "models" / "copy", 1).path))
    robot.store.keep()
    assert robot.restart() == [1, 2, 1]
    robot.store.return_to(robot.store.before)
    assert robot.restart()[0] == 2


def test_a_newer_base_goes_before_the_store_and_a_pin_before_that(robot):
    for version in (2, 3):
        robot.take(version)
    robot.base = hollow(robot.folder / "newer", 5)
    assert robot.restart() == [5]
    robot.store.pin(2)
    assert robot.restart() == [2, 5]
    robot.store.pin(9)
    assert robot.restart() == [2, 5][1:]
    robot.store.pin(None)
    robot.base = hollow(robot.folder / "older", 1)
    assert robot.restart()[0] == 3


def test_a_pair_that_ends_the_process_each_time_is_rolled_back(robot):
    robot.take(2)
    robot.take(3, keep=False)
    for _ in range(MOST_STARTS):
        assert robot.restart(kill=True)[0] == 3
        assert robot.store.on_trial
    assert robot.restart(kill=True)[0] == 2
    assert not robot.store.on_trial
    (bar,) = robot.store.memory.bars.values()
    assert bar.reason == "the node ended 5 times while it was on trial"


def test_good_ends_do_not_count(robot):
    robot.take(2, keep=False)
    for _ in range(3 * MOST_STARTS):
        assert robot.restart()[0] == 2
    assert robot.store.on_trial


def test_files_are_found_by_their_hash(robot):
    robot.take(2)
    running = robot.store.running
    for digest in running.manifest.files.values():
        assert hashlib.sha256(robot.store.find(digest).read_bytes()).hexdigest() == digest
    assert robot.store.find(running.manifest_sha256) == running.path / "manifest.json"
    assert robot.store.find("0" * 64) is None


def test_a_broken_manifest_is_passed_over_and_swept_away(robot):
    robot.take(2)
    robot.take(3)
    (robot.store.running.path / "manifest.json").write_text("{")
    assert robot.restart() == [2, 1]
    robot.take(4)
    assert len(os.listdir(robot.store.folder / "slots")) == 2


def test_a_spoilt_memory_is_told_and_the_bundles_stay(robot):
    robot.take(2)
    (robot.store.folder / MEMORY).write_text("{")
    robot.store.close()
    robot.store = robot.open()
    assert "memory.json: cannot be read" in robot.store.problem
    assert [slot.version for slot in robot.store.candidates()] == [2, 1]


def test_one_process_at_a_time(robot):
    with pytest.raises(OSError, match="in use: give each robot a name of its own"):
        robot.open()


def test_a_version_that_comes_again_takes_its_own_place(robot):
    robot.take(2)
    robot.take(3)
    robot.take(2)
    assert robot.store.running.version == 2
    assert robot.kept == [2, 3]


def test_what_never_ran_is_barred_until_ordered(robot):
    robot.store.bar("ab" * 32, version=7, reason="h is nan")
    robot.restart()
    assert not robot.store.memory.bars["ab" * 32].ran
    assert robot.store.memory.highest == 1


def test_what_was_rolled_back_and_is_here_still_is_left_out(robot, tmp_path):
    """Its process was ended, or its disk was full, before it was gone."""
    for version in (2, 3):
        robot.take(version)
    robot.take(4, keep=False)
    bad = robot.store.running
    robot.store.roll_back("one class", to=robot.store.before)
    hollow(bad.path, 4)
    assert robot.kept == [2, 3, 4]
    assert [slot.version for slot in robot.store.slots()] == [3, 2, 1]
    assert robot.store.before.version == 2
    robot.store.pin(4)
    assert robot.restart() == [3, 2, 1]
    assert robot.kept == [2, 3]


def test_what_never_ran_is_on_trial_once_it_runs(robot):
    """The process was ended between `admit` and `begin_trial`."""
    robot.store.admit(hollow(robot.folder / "models" / "partial" / "x", 2).path)
    assert robot.restart() == [2, 1]
    assert robot.store.on_trial
    assert robot.store.before.name == BASE
    robot.store.keep()
    assert robot.restart() == [2, 1]
    assert not robot.store.on_trial


def test_a_newer_base_is_never_on_trial(robot):
    robot.base = hollow(robot.folder / "newer", 5)
    assert robot.restart() == [5]
    assert not robot.store.on_trial


@pytest.mark.parametrize(
    "decide",
    [
        lambda it: it.begin_trial(it.slots()[0]),
        lambda it: it.return_to(it.base),
        lambda it: it.pin(2),
    ],
    ids=["begin_trial", "return_to", "pin"],
)
def test_what_a_full_disk_does_not_take_does_not_happen(robot, full_after, decide):
    robot.take(2)
    robot.store.admit(hollow(robot.folder / "models" / "partial" / "x", 3).path)
    memory = robot.store.memory
    full_after(10)
    with pytest.raises(OSError, match="File too large"):
        decide(robot.store)
    full_after(None)
    assert robot.store.memory == memory == read_store_state(robot.store.folder)
    decide(robot.store)
    assert robot.store.memory != memory
    assert robot.store.memory == read_store_state(robot.store.folder)


@pytest.mark.parametrize(
    ("note", "is_so"),
    [
        (lambda it: it.keep(), lambda it: not it.on_trial),
        (lambda it: it.roll_back("bad", to=it.before), lambda it: it.running.version == 2),
        (
            lambda it: it.bar("ab" * 32, version=7, reason="h is nan"),
            lambda it: "ab" * 32 in it.memory.bars,
        ),
        (lambda it: it.started(it.base), lambda it: it.running.name == BASE),
        (lambda it: it.count_start(), lambda it: it.memory.trial_starts == 1),
    ],
    ids=["keep", "roll_back", "bar", "started", "count_start"],
)
def test_what_has_happened_is_so_and_is_written_when_the_disk_lets_us(
    robot, full_after, note, is_so
):
    robot.take(2)
    robot.take(3, keep=False)
    full_after(10)
    with pytest.raises(OSError, match="File too large"):
        note(robot.store)
    assert is_so(robot.store)
    full_after(None)
    robot.store.pin(None)  # whatever is written next
    assert read_store_state(robot.store.folder) == robot.store.memory
    assert is_so(robot.store)


def test_a_good_end_never_fails_and_writes_what_was_not(robot, full_after):
    robot.take(2)
    robot.take(3, keep=False)
    robot.restart(kill=True)
    full_after(10)
    robot.store.stopped()
    full_after(None)
    assert read_store_state(robot.store.folder).trial_starts == 1
    robot.store.stopped()
    assert read_store_state(robot.store.folder).trial_starts == 0
