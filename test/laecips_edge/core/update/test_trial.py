"""A pair on trial stays or goes, and so does what the disk says of it."""

from dataclasses import replace

import numpy as np
import pytest
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.link.model_update import UpdateOutcome
from laecips_edge.core.update.swap_watch import FEWEST_FRAMES
from made_bundles import finite_on_grey, manifest_sha256, nudged, one_class, variant

WATCHED = 12
"""Frames of a trial here, as the robot of these tests has it."""

ROLLED_BACK = UpdateOutcome.ROLLED_BACK


def begin(robot, bundle, *, after=20):
    """Exchange the pair after some frames of the one before."""
    robot.play(after)
    robot.update(bundle, kept=False)
    robot.reports.clear()


def barred(robot):
    """Versions that ran and are never taken again."""
    return {bar.version for bar in robot.store.memory.bars.values() if bar.ran}


def test_a_pair_that_does_well_stays(robot, versions, caplog):
    begin(robot, versions[2])
    robot.play(WATCHED - 1)
    assert robot.trial.active
    assert robot.store.on_trial
    robot.play()
    assert not robot.trial.active
    assert not robot.store.on_trial
    assert "version 2 passed its trial and stays" in caplog.text
    assert robot.reports == []
    assert robot.running.second_opinion(robot.history.last.rgb, None, stamp_ns=1) is None
    assert robot.restart() == 2
    assert not robot.trial.active


def flooding(bundle):
    weights = bundle.weights("h")
    return {"weights_h": weights | {"fc.bias": weights["fc.bias"] - 3}}


def stuck(bundle):
    weights = bundle.weights("h")
    return {"weights_h": {**weights, "fc.weight": 0 * weights["fc.weight"], "fc.bias": np.ones(1)}}


def moved(bundle):
    one, other = one_class(bundle, 1), one_class(bundle, 2)
    both = np.maximum(one["logits.conv.weight"], other["logits.conv.weight"])
    return {"weights_f": one | {"logits.conv.weight": both}}


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda it: {"weights_f": one_class(it)}, "names one class only"),
        (moved, "gives more than half of the pixels another class"),
        (flooding, "calls nearly every frame hard"),
        (stuck, "has the same trust in every frame"),
    ],
    ids=["one class", "moved", "flooding", "stuck"],
)
def test_harm_is_rolled_back_told_and_barred(robot, tiny_bundle, tmp_path, caplog, spoil, reason):
    bundle = variant(tiny_bundle, tmp_path / "2", 2, **spoil(tiny_bundle))
    before = robot.running.current
    begin(robot, bundle)
    robot.play(WATCHED)
    (report,) = robot.reports
    assert (report.outcome, report.version, report.running) == (ROLLED_BACK, 2, 1)
    assert report.reason.startswith(reason)
    assert f"version 2 rolled back, 1 runs again: {reason}" in caplog.text
    assert robot.running.current is before
    assert not robot.trial.active
    bar = robot.store.memory.bars[manifest_sha256(bundle)]
    assert (bar.version, bar.reason, bar.ran) == (2, report.reason, True)
    assert robot.store.running.version == 1
    assert robot.kept == []
    assert robot.play(3) == 1
    assert robot.restart() == 1
    assert not robot.trial.active


def test_harm_ends_after_the_fewest_frames(robot, harmful):
    begin(robot, harmful)
    robot.play(FEWEST_FRAMES - 1)
    assert robot.version == 7
    robot.play()
    assert robot.version == 1


def test_the_one_before_runs_again_and_not_the_base(robot, versions, harmful):
    robot.update(versions[2], versions[3])
    begin(robot, harmful)
    robot.play(WATCHED)
    assert robot.version == robot.store.running.version == robot.reports[0].running == 3
    assert robot.kept == [2, 3]
    assert robot.restart() == 3


def test_what_the_pair_before_says_too_is_no_harm(robot, versions, harmful, tmp_path):
    """Two that name one class only: the second is not to blame."""
    robot.trial.frames = FEWEST_FRAMES - 1
    robot.update(versions[2], kept=False)
    robot.play(FEWEST_FRAMES)
    other = variant(harmful, tmp_path / "8", 8, weights_f=nudged(harmful.weights("f"), seed=1))
    robot.running.put(robot.running.prepare(robot.assemble(harmful)))
    robot.trial.frames = WATCHED
    begin(robot, other, after=0)
    robot.play(WATCHED)
    assert robot.version == 8
    assert not robot.trial.active
    assert robot.reports == []


def test_a_pair_without_an_answer_falls_at_once_and_the_frame_is_answered(
    robot, tiny_bundle, tmp_path
):
    begin(robot, finite_on_grey(tiny_bundle, tmp_path / "2", 2), after=0)
    look = robot.look()
    assert look.finite
    assert look.manifest.version == 1
    robot.trial.judge()
    (report,) = robot.reports
    assert (report.outcome, report.version, report.running) == (ROLLED_BACK, 2, 1)
    assert report.reason == "its answer is not finite"
    assert barred(robot) == {2}


def test_no_suspicion_is_held_against_the_frame_of_another_pair(robot, harmful):
    """The newest frame may be one that the pair before looked at, just before the exchange."""
    other = robot.running.current.manifest
    begin(robot, harmful)
    robot.play(FEWEST_FRAMES - 1)
    robot.look()
    robot.history.last = replace(robot.history.last, manifest=other)
    robot.trial.judge()
    assert robot.version == 7
    robot.play(WATCHED)
    assert robot.version == 1


def test_an_operators_word_ends_the_trial(robot, harmful):
    begin(robot, harmful)
    robot.trial.cancel()
    assert not robot.trial.active
    assert robot.play(2 * WATCHED) == 7
    assert robot.reports == []


def test_its_length_may_change_for_trials_to_come(robot, versions):
    begin(robot, versions[2])
    robot.trial.frames = 3
    robot.play(WATCHED - 1)
    assert robot.trial.active
    robot.play()
    begin(robot, versions[3])
    robot.play(3)
    assert not robot.trial.active


# Ended while it was on trial


@pytest.mark.parametrize("killed", [False, True])
def test_a_trial_goes_on_after_a_restart(robot, versions, harmful, killed):
    robot.update(versions[2])
    begin(robot, harmful)
    robot.play(5)
    assert robot.restart(killed=killed) == 7
    assert robot.trial.active
    robot.play(WATCHED)
    assert robot.version == 2
    assert [(report.outcome, report.version) for report in robot.reports] == [(ROLLED_BACK, 7)]
    assert barred(robot) == {7}
    assert robot.restart() == 2


def test_a_good_pair_is_kept_after_a_restart_too(robot, versions):
    robot.update(versions[2])
    begin(robot, versions[3])
    robot.play(5)
    robot.restart()
    robot.play(WATCHED)
    assert not robot.trial.active
    assert robot.kept == [2, 3]
    assert robot.restart() == 3
    assert not robot.trial.active


def test_without_a_pair_before_that_runs_nothing_is_confirmed(robot, versions, harmful):
    robot.update(versions[2])
    begin(robot, harmful)
    weights = robot.store.before.path / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    assert robot.restart() == 7
    assert robot.play(WATCHED) == 7
    assert not robot.trial.active
    assert robot.reports == []


# With a full disk


def test_the_disk_comes_first(robot, versions, full_after):
    pair = robot.running.current
    slot = robot.store.admit(copy(versions[2], robot.folder / "partial" / "x"))
    new = robot.running.prepare(robot.assemble(versions[2]))
    full_after(10)
    with pytest.raises(OSError, match="File too large"):
        robot.trial.begin(new, slot)
    full_after(None)
    assert robot.running.current is pair
    assert not robot.trial.active
    assert not robot.store.on_trial


def copy(bundle, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    for file in bundle.path.iterdir():
        path.mkdir(exist_ok=True)
        (path / file.name).write_bytes(file.read_bytes())
    return Bundle.load(path).path


def test_that_it_stays_may_be_written_later(robot, versions, full_after, caplog):
    begin(robot, versions[2])
    full_after(10)
    robot.play(WATCHED)
    full_after(None)
    assert not robot.trial.active
    assert "the end of version 2's trial is not on disk: " in caplog.text
    assert robot.version == 2
    robot.update(versions[3])
    assert robot.kept == [2, 3]
    assert robot.restart() == 3


def test_a_roll_back_that_cannot_be_written_is_done_all_the_same(
    robot, versions, harmful, full_after, caplog
):
    robot.update(versions[2])
    begin(robot, harmful)
    full_after(10)
    robot.play(WATCHED)
    assert robot.version == 2
    assert robot.reports[0].outcome == ROLLED_BACK
    assert "the rollback of version 7 is not on disk: " in caplog.text
    full_after(None)
    robot.reports.clear()
    robot.offer(harmful, ordered=True)
    robot.work()
    assert robot.reports[0].reason.startswith("rolled back here before")
    assert robot.store.running.version == 2


def test_what_could_not_be_written_comes_with_what_is_next(robot, versions, harmful, full_after):
    robot.update(versions[2])
    begin(robot, harmful)
    full_after(10)
    robot.play(WATCHED)
    full_after(None)
    begin(robot, variant(versions[3], robot.folder / "8", 8), after=0)
    assert robot.store.before.version == 2
    robot.play(WATCHED)
    assert robot.kept == [2, 8]
    assert robot.restart() == 8
    assert barred(robot) == {7}


def test_what_could_not_be_written_at_all_is_on_trial_again(robot, versions, harmful, full_after):
    robot.update(versions[2])
    begin(robot, harmful)
    full_after(10)
    robot.play(WATCHED)
    assert robot.restart(killed=True) == 7
    full_after(None)
    assert robot.trial.active
    robot.play(WATCHED)
    assert robot.version == 2
    assert barred(robot) == {7}
