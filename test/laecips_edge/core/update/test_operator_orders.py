"""What an operator may order of a robot, and what it answers."""

import pytest
from laecips_edge.core.link.model_update import UpdateOutcome
from laecips_edge.core.update.store_state import Bar
from made_bundles import finite_on_grey, manifest_sha256


@pytest.fixture
def updated(robot, versions):
    """A robot that runs version 3, with 2 and the base, version 1, to go back to."""
    robot.update(versions[2], versions[3])
    robot.reports.clear()
    return robot


@pytest.mark.parametrize(("version", "runs"), [(0, 2), (2, 2), (1, 1)])
def test_it_goes_back_from_the_next_frame_on_and_across_restarts(updated, caplog, version, runs):
    assert updated.orders.roll_back(version) == f"version {runs} runs"
    assert f"an operator's order: version {runs} runs" in caplog.text
    assert updated.play(20) == runs
    assert updated.look().decision.delta == {1: 0.5, 2: 0.502}[runs]
    assert not updated.trial.active
    assert updated.kept == [2, 3]
    assert updated.restart() == runs
    assert updated.reports == []  # that is for what becomes of offers


def test_it_goes_forward_again(updated):
    for version in (2, 1, 3):
        updated.orders.roll_back(version)
        assert updated.play() == version


def test_what_it_left_is_not_barred(updated, versions):
    updated.orders.roll_back(2)
    updated.offer(versions[3], ordered=True)
    updated.work()
    assert updated.play() == 3


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (lambda it: it.roll_back(3), "version 3 runs already"),
        (lambda it: it.roll_back(7), "no version 7 is kept here, only 3, 2, 1"),
        (lambda it: it.pin(7), "no version 7 is kept here, only 3, 2, 1"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(updated, order, reason):
    pair, memory = updated.running.current, updated.store.memory
    with pytest.raises(ValueError, match=f"^{reason}$"):
        order(updated.orders)
    assert updated.running.current is pair
    assert updated.store.memory == memory


def test_there_may_be_nothing_to_go_back_to(robot):
    with pytest.raises(ValueError, match=r"^no version before 1 is kept here, only 1$"):
        robot.orders.roll_back(0)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_pinned_robot_stays_there_across_restarts(updated, versions, version):
    said = updated.orders.pin(version)
    assert said == f"pinned to version {version}: updates wait until it is unpinned"
    assert updated.play() == version
    assert updated.restart() == version
    updated.offer(versions[4])
    updated.work()
    assert updated.version == version
    assert updated.reports[-1].reason == f"this robot is pinned to version {version}"

    assert updated.orders.unpin() == "unpinned: updates are followed again"
    updated.work()
    assert updated.play(12) == 4
    assert updated.restart() == 4


def test_what_is_not_pinned_cannot_be_unpinned(robot):
    assert robot.orders.unpin() == "this robot is not pinned"


def test_unpinned_it_stays_where_it_is(updated):
    updated.orders.pin(2)
    updated.orders.unpin()
    assert updated.restart() == 2


def test_an_order_ends_a_trial(updated, harmful):
    updated.update(harmful, kept=False)
    updated.orders.roll_back(3)
    assert not updated.trial.active
    assert not updated.store.on_trial
    assert updated.play(20) == 3
    assert updated.restart() == 3
    # Nobody has judged it: that an operator left it bars nothing.
    assert updated.store.memory.bars == {}


def test_what_is_pinned_while_on_trial_is_judged_all_the_same(updated, versions, harmful):
    updated.update(harmful, kept=False)
    assert updated.orders.pin(7).startswith("pinned to version 7")
    updated.play(12)
    assert updated.version == 3
    assert updated.reports[-1].outcome == UpdateOutcome.ROLLED_BACK
    updated.offer(versions[4], ordered=True)  # and updates wait: nobody has unpinned it
    updated.work()
    assert updated.reports[-1].reason == "this robot is pinned to version 7"
    assert updated.restart() == 3


@pytest.mark.parametrize("version", [2, 7])
def test_what_has_fallen_is_judged_before_an_order_is_obeyed(
    robot, versions, tiny_bundle, tmp_path, version
):
    """The pair before runs again since the last frame, and nobody has heard of it yet."""
    robot.update(versions[2])
    robot.history.last = None  # on no frame it is tried
    robot.update(finite_on_grey(tiny_bundle, tmp_path / "7", 7), kept=False)
    robot.look()
    if version == 7:
        with pytest.raises(ValueError, match="no version 7 is kept here, only 2, 1"):
            robot.orders.pin(7)
    else:
        robot.orders.pin(2)
    assert robot.reports[-1].outcome == UpdateOutcome.ROLLED_BACK
    assert [bar.version for bar in robot.store.memory.bars.values()] == [7]
    assert robot.restart() == 2


def test_what_was_rolled_back_does_not_run_again_on_anybodys_word(updated, versions):
    """The process was ended after the roll-back was written, and before the slot was removed."""
    bar = Bar(version=2, reason="names one class only", ran=True)
    digest = manifest_sha256(versions[2])
    updated.store.memory = updated.store.memory.barring(digest, bar)
    assert updated.kept == [2, 3]
    for order in (updated.orders.roll_back, updated.orders.pin):
        with pytest.raises(ValueError, match="no version 2 is kept here, only 3, 1"):
            order(2)
    assert updated.orders.roll_back(0) == "version 1 runs"


def test_what_never_ran_may_be_ordered(updated, versions):
    """Of a version that is kept here, a newer download failed its tests: this one runs."""
    updated.store.bar(manifest_sha256(versions[2]), version=2, reason="no memory")
    assert updated.orders.roll_back(2) == "version 2 runs"


def test_a_pair_that_is_broken_meanwhile_is_told_and_the_running_one_stays(updated):
    weights = updated.store.before.path / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    pair, memory = updated.running.current, updated.store.memory
    for order in (updated.orders.roll_back, updated.orders.pin):
        with pytest.raises(ValueError, match=r"weights.safetensors: sha256 is .*fetch the bundle"):
            order(2)
    assert updated.running.current is pair
    assert updated.store.memory == memory


def test_on_a_full_disk_the_running_one_stays(updated, full_after):
    pair, memory = updated.running.current, updated.store.memory
    full_after(10)
    for order, version in (
        (updated.orders.roll_back, 2),
        (updated.orders.pin, 2),
        (updated.orders.pin, 3),
    ):
        with pytest.raises(OSError, match="File too large"):
            order(version)
    full_after(None)
    assert updated.running.current is pair
    assert updated.store.memory == memory
    assert updated.restart() == 3
