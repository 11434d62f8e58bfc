"""Which pair a robot starts with, in each state of its store."""

import logging

import pytest
from laecips_edge.core.bundle.manifest import BundleError
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.update.model_store import MOST_STARTS
from laecips_edge.core.update.pin import pin_store
from laecips_edge.core.update.slots import SLOTS
from laecips_edge.core.update.starting_pair import open_store, starting_pair
from laecips_edge.core.update.store_state import MEMORY
from laecips_edge.core.update.swap_watch import FEWEST_FRAMES
from made_bundles import one_class, variant, with_nan

LOGGER = logging.getLogger("robot")


@pytest.fixture
def updated(robot, versions):
    """A robot that runs version 3, with 2 and the base, version 1, to go back to."""
    robot.update(versions[2], versions[3])
    return robot


def spoil(path):
    """Break a file, as a disk does."""
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def spoil_running(robot, name):
    spoil(robot.store.running.path / name)


def test_an_empty_store_gives_the_base(robot, caplog):
    assert robot.version == 1
    assert robot.restart() == 1
    assert not robot.trial.active
    assert {record.message.partition(":")[0] for record in caplog.records} == {
        "model updates are not signed"
    }


def test_what_ran_last_runs_again(updated, caplog):
    assert updated.restart() == 3
    assert not updated.trial.active
    assert f"version 3 of the model store runs: {updated.store.running.path}" in caplog.text
    assert updated.look().decision.delta == 0.503
    assert updated.running.second_opinion(updated.history.last.rgb, None, stamp_ns=1) is None


@pytest.mark.parametrize("name", ["manifest.json", "weights.safetensors", "graph_f.onnx"])
def test_a_broken_slot_is_skipped(updated, caplog, name):
    spoil_running(updated, name)
    assert updated.restart() == 2
    told = "version 3 of the model store is skipped: " in caplog.text
    assert told == (name != "manifest.json")  # without it nobody knows that it is version 3
    assert updated.restart() == 2
    assert not updated.trial.active


def test_with_all_slots_broken_the_base_runs_and_an_update_mends_it(updated, versions):
    for path in updated.store.folder.glob(f"{SLOTS}/*/weights.safetensors"):
        spoil(path)
    assert updated.restart() == 1
    updated.update(versions[4])
    assert updated.restart() == 4


def test_a_slot_is_tested_at_each_start(updated):
    """What this engine cannot run is as good as broken: another engine was chosen, say."""

    def assemble(bundle):
        if bundle.manifest.version == 3:
            raise BundleError("no such operator")
        return real(bundle)

    real, updated.assemble = updated.assemble, assemble
    assert updated.restart() == 2
    updated.assemble = real
    assert updated.restart() == 2  # it ran last


def test_a_base_that_is_newer_than_the_store_runs(updated, tiny_bundle, tmp_path):
    updated.base = variant(tiny_bundle, tmp_path / "9", 9)
    assert updated.restart() == 9
    assert not updated.trial.active


@pytest.mark.parametrize("weights", [one_class, lambda it: with_nan(it.weights("f"))])
def test_a_base_that_does_not_run_is_an_error(tiny_bundle, tmp_path, weights):
    base = variant(tiny_bundle, tmp_path / "bad", 1, weights_f=weights(tiny_bundle), answers=False)
    for folder in (tmp_path / "models", None):
        store = folder and open_store(str(folder), robot="robot", base=base, logger=LOGGER)
        with pytest.raises(BundleError, match="bundle tiny version 1: "):
            starting_pair(store, base, assemble=Segmenter, logger=LOGGER)


def test_nothing_runs_in_the_place_of_a_base_that_was_ordered_and_is_broken(updated):
    def assemble(bundle):
        if bundle.manifest.version == 1:
            raise BundleError("no such operator")
        return real(bundle)

    updated.orders.roll_back(1)
    updated.end()
    real, updated.assemble = updated.assemble, assemble
    with pytest.raises(BundleError, match="no such operator"):
        updated.start()


# Pinned


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_pin_leads(updated, version, caplog):
    updated.end()
    pin_store(updated.folder, version)
    updated.start()
    assert updated.version == version
    assert "pinned to" not in caplog.text


def test_a_pin_leads_below_the_base_too(updated, tiny_bundle, tmp_path):
    updated.store.pin(2)
    updated.base = variant(tiny_bundle, tmp_path / "9", 9)
    assert updated.restart() == 2
    updated.store.pin(None)
    assert updated.restart() == 9


def test_a_pin_to_what_is_not_here_is_told(updated, caplog):
    updated.store.pin(5)
    assert updated.restart() == 3
    assert "pinned to version 5, which is not in the model store or does not run" in caplog.text


def test_a_pin_to_what_does_not_run_is_told(updated, caplog):
    updated.store.pin(2)
    spoil(updated.store.before.path / "weights.safetensors")
    assert updated.restart() == 3
    assert "version 2 of the model store is skipped: " in caplog.text
    assert "pinned to version 2, which is not in the model store or does not run" in caplog.text


def test_a_pin_ends_the_trial_of_another(updated, versions):
    updated.update(versions[4], kept=False)
    updated.end()
    pin_store(updated.folder, 2)
    updated.start()
    assert updated.version == 2
    assert not updated.trial.active


# On trial


@pytest.mark.parametrize("killed", [False, True])
def test_a_trial_that_was_interrupted_goes_on_against_the_pair_before(updated, versions, killed):
    updated.update(versions[4], kept=False)
    assert updated.restart(killed=killed) == 4
    assert updated.trial.active
    look = updated.look()
    other = updated.running.second_opinion(updated.history.last.rgb, None, stamp_ns=1)
    assert (look.manifest.version, other.manifest.version) == (4, 3)


def test_the_first_update_is_held_against_the_base(robot, versions):
    robot.update(versions[2], kept=False)
    robot.restart()
    robot.look()
    other = robot.running.second_opinion(robot.history.last.rgb, None, stamp_ns=1)
    assert other.manifest.version == 1


def test_where_nothing_is_left_of_what_was_on_trial_the_base_is_not(robot, versions):
    robot.update(versions[2], kept=False)
    spoil_running(robot, "manifest.json")
    assert robot.restart() == 1
    assert not robot.trial.active


def test_a_pair_that_ends_the_process_each_time_is_given_up(updated, versions, caplog):
    updated.update(versions[4], kept=False)
    for _ in range(MOST_STARTS):
        assert updated.restart(killed=True) == 4
    assert updated.restart(killed=True) == 3
    assert not updated.trial.active
    updated.offer(versions[4], ordered=True)
    assert updated.reports[-1].reason == (
        f"rolled back here before (the node ended {MOST_STARTS} times while it was on trial); "
        "train another version"
    )


def test_what_was_never_exchanged_is_on_trial_when_it_comes_to_run(
    robot, versions, harmful, full_after
):
    """It was loaded and tested, and the disk was full when it was to be exchanged."""

    def assemble(bundle):
        full_after(10)
        return real(bundle)

    real, robot.assemble = robot.assemble, assemble
    robot.offer(harmful)
    robot.work(seconds=0.0)
    full_after(None)
    assert robot.version == 1
    assert robot.kept == [7]
    robot.assemble = real
    assert robot.restart() == 7
    assert robot.trial.active
    assert robot.play(FEWEST_FRAMES) == 7
    assert robot.play() == 1
    assert robot.restart() == 1


# A store that cannot be used


def test_a_folder_that_cannot_be_is_told_and_the_base_runs(tiny_bundle, tmp_path, caplog):
    (tmp_path / "file").touch()
    folder = str(tmp_path / "file" / "models")
    assert open_store(folder, robot="robot", base=tiny_bundle, logger=LOGGER) is None
    assert caplog.messages == [
        f"model updates are not followed: {tmp_path}/file/models/robot/tiny-"
        f"{tiny_bundle.manifest.classes_hash}/slots: Not a directory"
    ]
    pair, before = starting_pair(None, tiny_bundle, assemble=Segmenter, logger=LOGGER)
    assert (pair.manifest, before) == (tiny_bundle.manifest, None)


def test_a_store_that_another_process_has_is_left_alone(robot, tiny_bundle, caplog):
    store = open_store(str(robot.folder), robot="robot", base=tiny_bundle, logger=LOGGER)
    assert store is None
    assert "is in use: give each robot a name of its own" in caplog.text
    other = open_store(str(robot.folder), robot="another", base=tiny_bundle, logger=LOGGER)
    assert other is not None
    other.close()


def test_a_spoilt_memory_is_told_and_the_newest_runs_on_trial(updated, caplog):
    """What it was judged to be, nobody knows any more."""
    (updated.store.folder / MEMORY).write_text("{")
    assert updated.restart() == 3
    assert "memory.json: cannot be read" in caplog.text
    assert updated.trial.active
    updated.play(12)
    assert not updated.trial.active
    caplog.clear()
    assert updated.restart() == 3
    assert "cannot be read" not in caplog.text


def test_a_full_disk_does_not_take_the_robots_sight(updated, versions, full_after, caplog):
    updated.update(versions[4], kept=False)
    spoil_running(updated, "weights.safetensors")
    updated.end(killed=True)
    full_after(10)
    updated.start()
    assert updated.version == 3
    assert caplog.text.count("model store: [Errno 27] File too large") == 2
    # Version 3 is not on trial, whatever the disk says of version 4.
    assert not updated.trial.active
    assert updated.play(20) == 3
    full_after(None)
    assert updated.restart() == 3
    assert not updated.trial.active
