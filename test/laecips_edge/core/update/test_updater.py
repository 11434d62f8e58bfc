"""What becomes of a trainer's offer on a robot: taken, refused or tried again."""

import errno
import itertools
from dataclasses import replace

import numpy as np
import pytest
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.link.model_update import PieceStatus, UpdateOutcome
from laecips_edge.core.update.download_driver import PATIENCE_S
from made_bundles import (
    finite_on_grey,
    manifest_sha256,
    one_class,
    size,
    variant,
    with_nan,
)

SWAPPED, REFUSED = UpdateOutcome.SWAPPED, UpdateOutcome.REFUSED
FAILED, ROLLED_BACK = UpdateOutcome.FAILED, UpdateOutcome.ROLLED_BACK


def outcomes(robot):
    return [(report.outcome, report.version) for report in robot.reports]


def files(robot):
    """That the robot asked for, in order, each once."""
    return list(dict.fromkeys(piece.file for piece in robot.trainer.requests))


def test_an_offer_is_fetched_tested_and_runs_from_the_next_frame_on(robot, versions):
    assert robot.play() == 1
    robot.offer(versions[2])
    robot.work()
    assert robot.play() == 2
    look = robot.look()
    assert look.decision.delta == 0.502
    expected = Segmenter(versions[2]).predict(robot.history.last.rgb)
    np.testing.assert_array_equal(look.prediction.label_map, expected.label_map)
    assert robot.store.running.version == 2
    assert robot.store.on_trial


def test_the_report_of_an_exchange_says_what_it_cost(robot, versions):
    def assemble(bundle):
        robot.superseded += 3  # frames come while it is loaded
        return real(bundle)

    real, robot.assemble = robot.assemble, assemble
    robot.superseded = 40
    robot.offer(versions[2])
    robot.work()
    (report,) = robot.reports
    assert (report.outcome, report.version, report.running) == (SWAPPED, 2, 2)
    assert (report.reason, report.frames_lost) == ("", 3)
    assert 0 <= report.swap_ms < 1000
    # Graphs and pictures are those of the base, which is here.
    here = ("graph_f.onnx", "graph_h.onnx", "pictures.safetensors")
    assert report.bytes == size(versions[2]) - sum(
        (versions[2].path / name).stat().st_size for name in here
    )
    assert files(robot) == ["manifest.json", "weights.safetensors", "agreement.safetensors"]
    assert report.transfer_s == pytest.approx(0.1 * len(robot.trainer.requests))


def test_one_after_the_other(robot, versions):
    robot.update(*versions.values())
    assert outcomes(robot) == [(SWAPPED, version) for version in (2, 3, 4, 5)]
    assert robot.kept == [4, 5]


def test_while_one_is_on_trial_the_next_is_fetched_and_waits(robot, versions):
    robot.update(versions[2], kept=False)
    robot.offer(versions[3])
    robot.work()
    assert robot.updater.fetch.complete
    assert robot.updater.seconds_to_next is None
    assert robot.version == 2
    while robot.version == 2:
        assert robot.trial.active
        robot.play()
    assert robot.version == 3
    assert outcomes(robot) == [(SWAPPED, 2), (SWAPPED, 3)]


def test_what_waits_is_taken_after_a_roll_back_too(robot, versions, harmful):
    robot.update(harmful, kept=False)
    robot.offer(variant(versions[2], robot.folder / "8", 8))
    robot.work()
    robot.play(13)
    assert outcomes(robot) == [(SWAPPED, 7), (ROLLED_BACK, 7), (SWAPPED, 8)]
    assert robot.version == 8


# What is refused


def check_untouched(robot, version, *, fetched):
    """The previous pair runs, and nothing is left of the refused version."""
    pair, memory = robot.running.current, replace(robot.store.memory, bars={})
    robot.work()
    assert robot.running.current is pair
    assert replace(robot.store.memory, bars={}) == memory
    assert version not in robot.kept
    assert list((robot.store.folder / "partial").glob("*")) == []
    assert bool(robot.trainer.requests) == fetched
    assert robot.updater.seconds_to_next is None
    assert robot.updater.fetch is None
    assert outcomes(robot) == [(REFUSED, version)]
    assert robot.reports[0].running == pair.manifest.version
    assert "\n" not in robot.reports[0].reason
    assert robot.play() == pair.manifest.version
    return robot.reports[0].reason


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"version": 1}, "not newer than version 1, which ran here; order it at the trainer "),
        ({"name": "other"}, "of the bundle line 'other', this robot runs 'tiny'"),
        ({"classes_hash": "00"}, "made for other classes (00, here "),
        ({"manifest_sha256": "../../x"}, "manifest_sha256 '../../x' is not a sha256 in hex"),
        ({"bytes": 0}, "announced with 0 bytes"),
    ],
)
def test_what_the_announcement_tells_is_refused_before_it_is_fetched(
    robot, versions, fields, reason
):
    robot.offer(versions[2], **fields)
    said = check_untouched(robot, fields.get("version", 2), fetched=False)
    assert said.startswith(reason)
    assert robot.store.memory.bars == {}


UNFIT = {
    "classes": (
        {"classes": ("belt", "part", "screw", "dent")},
        {"classes_hash": "as here"},
        "manifest: classes_hash is ",
    ),
    "name": ({"name": "big"}, {"name": "tiny"}, "manifest: name is 'big', announced as 'tiny'"),
    "modality": (
        {"modality": "rgbd", "mean": (0.5,) * 4, "std": (0.5,) * 4},
        {},
        "manifest: modality 'rgbd', this node is subscribed for 'rgb'",
    ),
    "architecture": (
        {"weights_f": lambda it: it.weights("f") | {"extra": np.zeros(2, np.float32)}},
        {},
        "onnxruntime: cannot assemble the network",
    ),
    "NaN in f": ({"weights_f": lambda it: with_nan(it.weights("f"))}, {}, "weights: f."),
    "NaN in h": ({"weights_h": lambda it: with_nan(it.weights("h"))}, {}, "weights: h."),
    "self-test": ({"weights_f": one_class}, {}, "on agreement frame 0"),
    "threshold": ({"thresholds": {"spp": 0.5}}, {}, "manifest has no threshold for it"),
}
"""What is made otherwise than the base, what is announced otherwise than it is, and the reason."""


@pytest.mark.parametrize("case", UNFIT)
def test_what_cannot_run_is_refused_and_not_fetched_again(robot, tiny_bundle, tmp_path, case):
    changes, fields, reason = UNFIT[case]
    made = {key: it(tiny_bundle) if callable(it) else it for key, it in changes.items()}
    if "classes_hash" in fields:
        fields = {"classes_hash": tiny_bundle.manifest.classes_hash}
    bundle = variant(tiny_bundle, tmp_path / "2", 2, answers=False, **made)
    robot.offer(bundle, **fields)
    assert reason in check_untouched(robot, 2, fetched=True)
    bar = robot.store.memory.bars[manifest_sha256(bundle)]
    assert not bar.ran
    assert bar.reason == robot.reports[0].reason

    robot.trainer.requests.clear()
    robot.offer(bundle, **fields)
    robot.work()
    assert robot.reports[-1].reason.startswith(f"refused here before ({bar.reason}); order it")
    assert robot.trainer.requests == []
    robot.offer(bundle, ordered=True, **fields)
    robot.work()
    assert robot.reports[-1].reason == bar.reason
    assert robot.trainer.requests != []


def test_a_pair_that_says_no_number_of_the_newest_frame_is_refused(robot, tiny_bundle, tmp_path):
    robot.play()
    robot.offer(finite_on_grey(tiny_bundle, tmp_path / "2", 2))
    reason = check_untouched(robot, 2, fetched=True)
    assert reason.startswith("its answer to the newest frame is not finite")


def test_what_is_refused_on_a_full_disk_is_not_fetched_again_either(
    robot, tiny_bundle, tmp_path, full_after, caplog
):
    def assemble(bundle):
        full_after(10)
        return real(bundle)

    real, robot.assemble = robot.assemble, assemble
    bundle = variant(
        tiny_bundle, tmp_path / "2", 2, weights_f=one_class(tiny_bundle), answers=False
    )
    robot.offer(bundle)
    assert "on agreement frame 0" in check_untouched(robot, 2, fetched=True)
    assert "the refusal of version 2 is not on disk: " in caplog.text
    full_after(None)
    robot.trainer.requests.clear()
    robot.offer(bundle)
    robot.work()
    assert robot.reports[-1].reason.startswith("refused here before")
    assert robot.trainer.requests == []


def spoil_weights(piece, reply):
    if piece.file != "weights.safetensors" or piece.offset:
        return reply
    return replace(reply, data=bytes([reply.data[0] ^ 1]) + bytes(reply.data[1:]))


def test_a_file_that_is_not_the_announced_one_is_refused_until_it_is_offered_again(robot, versions):
    robot.trainer.spoil = spoil_weights
    robot.offer(versions[2])
    reason = check_untouched(robot, 2, fetched=True)
    assert reason.startswith("weights.safetensors: sha256 is ")
    assert robot.reports[0].bytes > 700_000
    assert robot.reports[0].transfer_s > 0
    assert robot.store.memory.bars == {}  # the bundle may be good
    robot.trainer.spoil = lambda _, reply: reply
    robot.offer(versions[2])
    robot.work()
    assert outcomes(robot)[-1] == (SWAPPED, 2)


def test_another_manifest_than_the_announced_one_is_refused(robot, versions):
    robot.offer(versions[2], manifest_sha256="0" * 64)
    assert check_untouched(robot, 2, fetched=True).startswith("manifest.json: sha256 is ")
    assert files(robot) == ["manifest.json"]


def test_what_was_rolled_back_is_never_taken_again(robot, harmful):
    robot.update(harmful, kept=False)
    robot.play(12)
    assert robot.version == 1
    for restarted in (False, True):
        if restarted:
            robot.restart()
        for ordered in (False, True):
            robot.trainer.requests.clear()
            robot.offer(harmful, ordered=ordered)
            robot.work()
            assert outcomes(robot)[-1] == (REFUSED, 7)
            assert robot.reports[-1].reason.startswith("rolled back here before (names one class")
            assert robot.trainer.requests == []


def test_an_older_version_is_taken_when_it_is_ordered(robot, versions):
    robot.update(versions[2], versions[3])
    robot.offer(versions[2])
    robot.work()
    assert robot.reports[-1].reason.startswith("not newer than version 3")
    robot.offer(versions[2], ordered=True)
    robot.work()
    assert outcomes(robot)[-1] == (SWAPPED, 2)
    assert robot.play(12) == 2
    assert robot.restart() == 2


# Which offer counts


def test_a_trainer_that_is_faster_than_the_link_reaches_the_robot(robot, versions):
    robot.offer(versions[2])
    robot.work(pieces=5)
    robot.offer(versions[3])
    robot.work(pieces=1)
    robot.offer(versions[4])
    robot.work()
    while robot.trial.active:
        robot.play()
        robot.work()
    assert outcomes(robot)[:2] == [(SWAPPED, 2), (SWAPPED, 4)]
    assert [path.name for path in (robot.store.folder / "partial").iterdir()] == []


def test_a_download_that_fails_gives_way_to_the_newest_offer(robot, versions):
    robot.offer(versions[2])
    robot.work(pieces=5)
    robot.trainer.spoil = lambda _, reply: replace(
        reply, status=PieceStatus.UNKNOWN_VERSION, data=b""
    )
    robot.work(pieces=1)
    robot.trainer.spoil = lambda _, reply: reply
    robot.offer(versions[3])
    robot.work()
    assert outcomes(robot)[-1] == (SWAPPED, 3)
    assert (SWAPPED, 2) not in outcomes(robot)


def test_an_order_does_not_wait(robot, versions):
    robot.offer(versions[2])
    robot.work(pieces=5)
    robot.offer(versions[3], ordered=True)
    robot.work()
    assert outcomes(robot) == [(SWAPPED, 3)]
    assert [path.name for path in (robot.store.folder / "partial").iterdir()] == []


def test_an_offer_that_is_heard_twice_is_fetched_once(robot, versions):
    robot.offer(versions[2])
    robot.work(pieces=5)
    asked = list(robot.asked)
    robot.offer(versions[2])
    assert robot.asked == asked  # its answer is waited for still
    robot.work()
    offsets = [(piece.file, piece.offset) for piece in robot.trainer.requests]
    assert len(offsets) == len(set(offsets))


def test_an_offer_of_what_runs_calls_the_one_before_off_and_is_no_news(robot, versions):
    robot.update(versions[2])
    robot.reports.clear()
    robot.offer(versions[3])
    robot.work(pieces=2)
    robot.offer(versions[2])
    robot.work()
    assert robot.version == 2
    assert robot.reports == []
    assert robot.updater.seconds_to_next is None


@pytest.mark.parametrize("ordered_here", [False, True])
def test_what_runs_again_meanwhile_is_not_exchanged_with_itself(
    robot, versions, harmful, ordered_here
):
    robot.update(versions[2])
    robot.update(harmful, kept=False)
    robot.offer(versions[2], ordered=True)
    robot.work()
    if ordered_here:
        robot.orders.roll_back(2)
    else:
        robot.play(12)
    robot.work()
    assert robot.version == 2
    assert not robot.trial.active
    assert not robot.store.on_trial
    assert robot.updater.seconds_to_next is None
    assert (SWAPPED, 2) not in outcomes(robot)[1:]
    assert robot.restart() == 2


# Pinned and paused


def pin(robot):
    robot.orders.pin(1)


def unpin(robot):
    robot.orders.unpin()


def pause(robot):
    robot.updater.adapt = False


def resume(robot):
    robot.updater.adapt = True


@pytest.mark.parametrize(
    ("hold", "release", "reason"),
    [
        (pin, unpin, "this robot is pinned to version 1"),
        (pause, resume, "updates are paused on this robot (parameter adapt)"),
    ],
)
@pytest.mark.parametrize("begun", [0, 3])
def test_a_robot_that_is_pinned_or_paused_waits(robot, versions, hold, release, reason, begun):
    if begun:
        robot.offer(versions[2])
        robot.work(pieces=begun)
    hold(robot)
    robot.offer(versions[2])
    robot.work()
    assert len(robot.trainer.requests) == begun
    assert robot.asked == []
    assert outcomes(robot) == [(FAILED, 2)]
    assert (robot.reports[0].reason, robot.reports[0].running) == (reason, 1)
    assert robot.updater.seconds_to_next is None
    robot.work()
    assert len(robot.reports) == 1  # it is told once
    release(robot)
    robot.work()
    assert outcomes(robot) == [(FAILED, 2), (SWAPPED, 2)]


def test_each_offer_is_told_why_it_waits(robot, versions):
    pause(robot)
    for version in (2, 3):
        robot.offer(versions[version])
        robot.work()
    assert outcomes(robot) == [(FAILED, 2), (FAILED, 3)]


def test_while_paused_a_trial_is_judged_all_the_same(robot, harmful):
    robot.update(harmful, kept=False)
    pause(robot)
    robot.play(12)
    assert outcomes(robot)[-1] == (ROLLED_BACK, 7)


# What may go better later


def test_a_disk_that_is_full_midway_is_tried_again_and_nothing_is_fetched_twice(
    robot, versions, full_after
):
    robot.offer(versions[2])
    full_after(200_000)
    robot.work(seconds=8.0)
    full_after(None)
    assert outcomes(robot) == [(FAILED, 2)]  # of three tries: each fails alike
    assert robot.reports[0].reason.startswith(str(robot.store.folder / "partial"))
    assert robot.reports[0].reason.endswith(": File too large")
    assert robot.play() == 1
    asked = len(robot.trainer.requests)
    robot.work()
    assert outcomes(robot) == [(FAILED, 2), (SWAPPED, 2)]
    again = robot.trainer.requests[asked]
    assert (again.file, again.offset) == ("weights.safetensors", 200_000)
    begun = [piece.file for piece in robot.trainer.requests if piece.offset == 0]
    assert begun == ["manifest.json", "weights.safetensors", "agreement.safetensors"]


def test_a_disk_that_is_full_at_the_exchange_leaves_what_runs(robot, versions, full_after):
    def assemble(bundle):
        full_after(10)
        return real(bundle)

    pair = robot.running.current
    real, robot.assemble = robot.assemble, assemble
    robot.offer(versions[2])
    robot.work(seconds=0.0)
    assert outcomes(robot) == [(FAILED, 2)]
    assert robot.reports[0].reason == f"{robot.store.folder}: File too large"
    assert robot.running.current is pair
    assert not robot.trial.active
    assert robot.store.running.version == 1

    full_after(None)
    robot.assemble = real
    robot.trainer.requests.clear()
    robot.work()
    assert outcomes(robot)[-1] == (SWAPPED, 2)
    assert robot.trainer.requests == []  # all of it was here
    assert robot.play(12) == 2


def test_a_disk_without_room_for_it_is_told_before_anything_is_fetched(
    robot, versions, monkeypatch
):
    tries = itertools.count(1)

    def require_space(size, *, here):  # as others write to the disk meanwhile
        raise OSError(errno.ENOSPC, f"{size} bytes are needed, {next(tries)} are free")

    monkeypatch.setattr(robot.store.downloads, "require_space", require_space)
    robot.offer(versions[2])
    robot.work(seconds=3.0)
    assert next(tries) > 2
    assert outcomes(robot) == [(FAILED, 2)]
    assert robot.reports[0].reason.endswith("bytes are needed, 1 are free")
    assert robot.trainer.requests == []
    monkeypatch.undo()
    robot.work()
    assert outcomes(robot)[-1] == (SWAPPED, 2)


def test_too_little_memory_is_tried_again(robot, versions):
    tries = []

    def assemble(bundle):
        tries.append(robot.now)
        if len(tries) < 3:
            raise MemoryError
        return real(bundle)

    real, robot.assemble = robot.assemble, assemble
    robot.offer(versions[2])
    robot.work()
    assert outcomes(robot) == [(FAILED, 2), (SWAPPED, 2)]
    assert robot.reports[0].reason.startswith("not enough memory to load it")
    assert np.diff(tries) == pytest.approx([1.0, 2.0])  # with a wait that doubles


def test_a_server_that_answers_garbage_is_asked_again(robot, versions):
    def twice(piece, reply):
        return replace(reply, data=bytes(reply.data) * 2) if len(robot.reports) == 0 else reply

    robot.trainer.spoil = twice
    robot.offer(versions[2])
    robot.work()
    assert outcomes(robot) == [(FAILED, 2), (SWAPPED, 2)]
    assert robot.reports[0].reason.startswith("get_model answers garbage: manifest.json: ")


def test_more_than_was_announced_is_not_fetched(robot, versions):
    robot.offer(versions[2], bytes=1000)
    robot.work(seconds=1.0)
    assert outcomes(robot) == [(FAILED, 2)]
    assert robot.reports[0].reason.endswith("bytes, more than the 1000 left")


def test_an_answer_that_does_not_come_is_told_and_asked_for_again(robot, versions):
    robot.offer(versions[2])
    robot.work(pieces=3)
    assert robot.updater.seconds_to_next == pytest.approx(PATIENCE_S)
    robot.now += PATIENCE_S
    robot.updater.advance()
    assert outcomes(robot) == [(FAILED, 2)]
    assert robot.reports[0].reason == "no answer of get_model within 10 s"
    robot.work()
    assert outcomes(robot)[-1] == (SWAPPED, 2)


def test_a_suspended_download_goes_on_where_it_was(robot, versions):
    robot.offer(versions[2])
    robot.work(pieces=4)
    robot.updater.suspend()
    assert robot.asked == []
    robot.work()
    assert outcomes(robot) == [(SWAPPED, 2)]
    offsets = [(piece.file, piece.offset) for piece in robot.trainer.requests]
    assert len(offsets) == len(set(offsets))


@pytest.mark.parametrize("killed", [False, True])
def test_a_robot_that_ends_midway_goes_on_there(robot, versions, killed):
    robot.offer(versions[2])
    robot.work(pieces=6)
    fetched = {(piece.file, piece.offset) for piece in robot.trainer.requests}
    assert robot.restart(killed=killed) == 1
    robot.trainer.requests.clear()
    robot.offer(versions[2])
    robot.work()
    assert outcomes(robot) == [(SWAPPED, 2)]
    assert fetched.isdisjoint((piece.file, piece.offset) for piece in robot.trainer.requests)


def test_an_answer_that_nobody_waits_for_any_more_is_dropped(robot, versions):
    robot.offer(versions[2])
    robot.work(pieces=2)
    version, piece = robot.asked.pop()
    robot.offer(versions[2], version=1)  # refused: nothing is wanted any more
    robot.updater.receive(piece, robot.trainer.answer(version, piece))
    robot.work()
    assert outcomes(robot) == [(REFUSED, 1)]


def test_what_is_wanted_decides_when_there_is_something_to_do(robot, versions):
    assert robot.updater.seconds_to_next is None
    robot.offer(versions[2])
    assert robot.updater.seconds_to_next == 0
    robot.trainer.spoil = lambda _, reply: replace(
        reply, status=PieceStatus.UNAVAILABLE, message="not now"
    )
    robot.work(seconds=0.0)
    assert robot.updater.seconds_to_next == pytest.approx(1.0)
    robot.work(seconds=1.0)
    assert robot.reports[-1].reason == "get_model, manifest.json: refused (4): not now"
    assert robot.updater.seconds_to_next == pytest.approx(2.0)
