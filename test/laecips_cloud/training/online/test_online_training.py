"""One update, end to end: small and short, on the tiny bundle's random weights."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from laecips_cloud.networks import MinerNetwork, RFNet
from laecips_cloud.training.data.label_check import count_labels
from laecips_cloud.training.data.labelled_frames import LabelledFrame
from laecips_cloud.training.online import online_training
from laecips_cloud.training.online.examination import at_stride, examine
from laecips_cloud.training.online.lesson_shares import share_out
from laecips_cloud.training.online.lessons import Lesson
from laecips_cloud.training.online.online_training import (
    Source,
    Update,
    train_update,
)
from laecips_cloud.training.online.settings import OnlineTraining
from laecips_cloud.training.steps.checkpoints import Checkpoints
from laecips_cloud.training.steps.losses import segmentation_loss
from laecips_cloud.training.steps.moved_weights import ALWAYS
from laecips_cloud.training.steps.thresholds import quantiles
from laecips_cloud.training.steps.train_miner_online import JudgedRow, judged, train_miner_online
from laecips_cloud.training.steps.train_segmenter import train_segmenter
from laecips_edge.core.bundle.bundle import DELTA, Bundle
from laecips_edge.core.bundle.weights_delta import apply_delta
from laecips_edge.core.inference.segmenter import Segmenter

SIZE = (96, 128)
SETTINGS = OnlineTraining(
    steps=12,
    batch=2,
    learning_rate=2e-3,
    mix=1.0,
    miner_steps=4,
    miner_batch=2,
    # These weights are random: there is nothing that they could forget.
    max_source_loss=1.0,
    max_class_loss=1.0,
)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def frames(count: int, *, seed: int) -> list[LabelledFrame]:
    """Blocks of dark and light, which are belt and part; the first rows have no class."""
    random = np.random.default_rng(seed)
    made = []
    for number in range(count):
        blocks = random.integers(0, 2, (6, 8), np.uint8).repeat(16, axis=0).repeat(16, axis=1)
        noise = random.integers(0, 40, (*SIZE, 3), np.uint8)
        label = blocks.copy()
        label[:4] = 255
        made.append(LabelledFrame(f"{seed}-{number}", blocks[:, :, None] * 180 + noise, label))
    return made


def lessons(count: int = 10) -> list[Lesson]:
    """Every third is an audit."""
    return [
        Lesson(frame, 20.0 if number % 3 == 2 else 1.0, stamp_ns=1000 + number)
        for number, frame in enumerate(frames(count, seed=1))
    ]


SOURCE = Source(
    rehearsal=frames(3, seed=2),
    pixels=count_labels(frame.label for frame in frames(3, seed=2))[:4],
    held_out=frames(2, seed=3),
    first=np.zeros(4),
    best_miou=0.1,
    parent_miou=0.05,
)


def update(
    parent: Bundle,
    path: Path,
    settings: OnlineTraining = SETTINGS,
    *,
    taught: Sequence[Lesson] | None = None,
    source: Source = SOURCE,
    checkpoints: Checkpoints | None = None,
    lines: list[str] | None = None,
) -> Update:
    return train_update(
        parent,
        lessons() if taught is None else taught,
        source,
        path=path,
        version=parent.manifest.version + 6,
        trigger="frames",
        settings=settings,
        checkpoints=checkpoints,
        progress=([] if lines is None else lines).append,
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def assert_same(one: Mapping[str, np.ndarray], two: Mapping[str, np.ndarray]) -> None:
    assert one.keys() == two.keys()
    for name, weight in one.items():
        np.testing.assert_array_equal(weight, two[name], err_msg=name)


@pytest.fixture(scope="module")
def parent_before(tiny_bundle: Bundle) -> dict[str, bytes]:
    return contents(tiny_bundle.path)


@pytest.fixture(scope="module")
def done(
    tiny_bundle: Bundle,
    parent_before: dict[str, bytes],
    tmp_path_factory: pytest.TempPathFactory,
) -> Update:
    """One update that the gate lets through: it learns, and has nothing to forget."""
    torch.set_num_threads(1)
    return update(tiny_bundle, tmp_path_factory.mktemp("updates") / "7")


def test_a_bundle_comes_of_it_that_robots_can_run(done: Update, tiny_bundle: Bundle) -> None:
    bundle = Bundle.load(done.bundle.path, classes=tiny_bundle.manifest.classes)
    Segmenter(bundle).self_test()
    assert len(bundle.agreement()) == len(SOURCE.held_out)
    manifest, before = bundle.manifest, tiny_bundle.manifest
    assert (manifest.version, manifest.parent) == (7, 1)
    for kept in ("name", "classes", "palette", "input_size", "beta", "temperature", "width"):
        assert getattr(manifest, kept) == getattr(before, kept)
    assert done.train_s > 0


def test_robots_make_the_same_weights_of_their_parent_and_a_small_delta(
    done: Update, tiny_bundle: Bundle
) -> None:
    delta = (done.bundle.path / DELTA).read_bytes()
    assert apply_delta(tiny_bundle.weights_file, delta) == done.bundle.weights_file
    assert len(delta) < len(done.bundle.weights_file) / 3


def test_the_manifest_tells_how_it_was_made(done: Update) -> None:
    training = done.bundle.manifest.training
    assert training["trigger"] == "frames"
    assert (training["lessons"], training["lessons_held_out"]) == (7, 3)
    learnt, *_ = share_out(lessons(), blocks=SETTINGS.blocks)
    assert training["newest_lesson_ns"] == max(lesson.stamp_ns for lesson in learnt)
    assert (training["lessons_by_people"], training["truth_frames"]) == (0, 0)
    assert training["rehearsal_frames"] == 3
    assert training["steps"] == SETTINGS.steps
    assert training["seed"] == SETTINGS.seed


def test_delta_belongs_to_the_new_pair(done: Update, tiny_bundle: Bundle) -> None:
    manifest = done.bundle.manifest
    assert 0.0 <= manifest.delta <= 1.0
    assert manifest.thresholds == tiny_bundle.manifest.thresholds | {"laecips": manifest.delta}
    _, held_out, _ = share_out(lessons(), blocks=SETTINGS.blocks)
    times = [round(lesson.weight) for lesson in held_out]
    for pair, found in (
        (done.bundle, manifest.quantiles),
        (tiny_bundle, manifest.parent_quantiles),
    ):
        segmenter = Segmenter(pair)
        trust = [segmenter.trust(segmenter.logits(lesson.frame.image)) for lesson in held_out]
        assert found == pytest.approx(quantiles(np.repeat(trust, times)))
    assert manifest.quantiles != tiny_bundle.manifest.quantiles


def test_f_learns_and_the_gate_says_so(done: Update) -> None:
    gate = done.bundle.manifest.gate
    assert gate["promoted"] is done.verdict.promoted is True
    assert gate["reason"] == done.verdict.reason
    assert gate == {
        "promoted": True,
        "reason": done.verdict.reason,
        **done.verdict.measures,
    }
    assert gate["loss"] < gate["loss_parent"]
    assert (gate["source_miou_best"], gate["source_miou_parent"]) == (0.1, 0.05)
    assert gate["source_iou"].keys() == set(done.bundle.manifest.classes)


def test_the_parent_is_left_as_it_was(
    done: Update, tiny_bundle: Bundle, parent_before: dict[str, bytes]
) -> None:
    assert done.bundle.path != tiny_bundle.path
    assert contents(tiny_bundle.path) == parent_before


def test_a_seed_makes_the_same_pair_and_another_seed_another(
    done: Update, tiny_bundle: Bundle, tmp_path: Path
) -> None:
    again = update(tiny_bundle, tmp_path / "again")
    for network in ("f", "h"):
        assert_same(again.bundle.weights(network), done.bundle.weights(network))
    assert again.bundle.manifest == done.bundle.manifest
    other = update(tiny_bundle, tmp_path / "other", replace(SETTINGS, seed=1))
    assert other.bundle.manifest.files != done.bundle.manifest.files


def test_an_update_of_few_weights_is_small(
    done: Update, tiny_bundle: Bundle, tmp_path: Path
) -> None:
    few = update(tiny_bundle, tmp_path / "few", replace(SETTINGS, moved=0.05)).bundle
    sizes = [(bundle.path / DELTA).stat().st_size for bundle in (few, done.bundle)]
    assert sizes[0] < sizes[1] / 2  # of a fifth of the weights
    before, after = tiny_bundle.weights("f"), few.weights("f")
    large = [name for name, weight in before.items() if weight.size >= ALWAYS]
    changed = [np.mean(before[name] != after[name]) for name in large]
    sizes = [before[name].size for name in large]
    assert 0 < np.average(changed, weights=sizes) <= 0.05


def test_a_training_that_is_taken_up_again_does_not_train_f_again(
    done: Update, tiny_bundle: Bundle, tmp_path: Path
) -> None:
    def take_up(name: str, *, resume: bool) -> tuple[Update, list[str]]:
        lines: list[str] = []
        kept = Checkpoints(tmp_path / "checkpoints", recipe={"seed": 0}, resume=resume)
        made = update(tiny_bundle, tmp_path / name, checkpoints=kept, lines=lines)
        return made, lines

    first, told = take_up("first", resume=False)
    second, told_again = take_up("second", resume=True)
    assert any(line.startswith("f: ") for line in told)
    assert not any(line.startswith("f: ") for line in told_again)
    assert told_again == [
        "h is trained on 3 lessons that f was not trained on",
        "examining it beside its parent",
    ]
    for made in (first, second):
        assert_same(made.bundle.weights("f"), done.bundle.weights("f"))
    # h goes on from the same f, whose weights lie in another order in memory: sums may round.
    for name, weight in first.bundle.weights("h").items():
        np.testing.assert_allclose(second.bundle.weights("h")[name], weight, atol=1e-3)
    assert second.verdict.promoted == first.verdict.promoted


@pytest.mark.parametrize(("most", "seen"), [(120, [1, 5, 8]), (2, [5, 8])])
def test_h_and_the_gate_see_only_what_f_has_not_learnt(
    most: int,
    seen: list[int],
    tiny_bundle: Bundle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    learnt: list[str] = []
    relit: list[float] = []
    seen_by_h: list[bytes] = []
    seen_by_gate: list[bytes] = []
    losses: list[float] = []
    fitted: list[float] = []

    def spy_f(network: RFNet, frames: Sequence[LabelledFrame], **options: Any) -> None:
        learnt.extend(frame.name for frame in frames)
        relit.extend(options["relit"])
        train_segmenter(network, frames, **options)

    def spy_row(logits: np.ndarray, label: np.ndarray, **options: Any) -> JudgedRow:
        seen_by_h.append(label.tobytes())
        row = judged(logits, label, **options)
        losses.append(row.loss)
        return row

    def spy_loss(logits: torch.Tensor, labels: torch.Tensor, **options: Any) -> torch.Tensor:
        seen_by_gate.append(labels.to(torch.uint8).numpy().tobytes())
        assert options["dice"] == SETTINGS.dice
        assert len(options["weights"]) == 4
        return segmentation_loss(logits, labels, **options)

    def spy_h(miner: MinerNetwork, rows: Sequence[JudgedRow], **options: Any) -> None:
        fitted.extend(row.loss for row in rows)
        train_miner_online(miner, rows, **options)

    monkeypatch.setattr(online_training, "train_segmenter", spy_f)
    monkeypatch.setattr(online_training, "judged", spy_row)
    monkeypatch.setattr(online_training, "segmentation_loss", spy_loss)
    monkeypatch.setattr(online_training, "train_miner_online", spy_h)
    settings = replace(SETTINGS, relit=0.25, rehearsal_relit=0.75, max_held_out=most)
    update(tiny_bundle, tmp_path / "spied", settings)

    # Ten lessons are ten blocks of time, of which the second, sixth and ninth are held out.
    held_out = [1, 5, 8]
    assert learnt == [
        *(f"1-{number}" for number in range(10) if number not in held_out),
        *(frame.name for frame in SOURCE.rehearsal),
    ]
    assert relit == [0.25] * 7 + [0.75] * len(SOURCE.rehearsal)
    stride = np.empty((4, SIZE[0] // 4, SIZE[1] // 4), np.float32)
    labels = [at_stride(lesson.frame.label, stride).tobytes() for lesson in lessons()]
    expected = [labels[number] for number in seen]
    assert len(set(labels)) == 10
    assert seen_by_h == expected
    assert seen_by_gate == expected * 2  # of both that the gate compares
    # The last third of them is kept for delta.
    assert fitted == losses[: len(seen) * 2 // 3]


def test_what_people_labelled_teaches_f_more_and_their_truth_teaches_nobody(
    tiny_bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learnt: dict[str, float] = {}
    judged_labels: list[bytes] = []

    def spy_f(network: RFNet, frames: Sequence[LabelledFrame], **options: Any) -> None:
        names = [frame.name for frame in frames]
        learnt.update(zip(names, options["weights"], strict=True))
        train_segmenter(network, frames, **options)

    def spy_row(logits: np.ndarray, label: np.ndarray, **options: Any) -> JudgedRow:
        judged_labels.append(label.tobytes())
        return judged(logits, label, **options)

    monkeypatch.setattr(online_training, "train_segmenter", spy_f)
    monkeypatch.setattr(online_training, "judged", spy_row)
    theirs = {1: False, 2: False, 3: True, 4: False, 6: True}  # 1 in a held-out block, 2 an audit
    taught = [
        lesson._replace(by_person=True, held_out=theirs[number]) if number in theirs else lesson
        for number, lesson in enumerate(lessons())
    ]
    settings = replace(SETTINGS, human_weight=5.0, rehearsal=0.0)
    made = update(tiny_bundle, tmp_path / "labelled", settings, taught=taught)
    weights = {name: round(weight / learnt["1-0"], 6) for name, weight in learnt.items()}
    assert {name: weights[name] for name in ("1-1", "1-2", "1-4", "1-0")} == {
        "1-1": 5.0,
        "1-2": 20.0,
        "1-4": 5.0,
        "1-0": 1.0,
    }
    stride = np.empty((4, SIZE[0] // 4, SIZE[1] // 4), np.float32)
    labels = [at_stride(lesson.frame.label, stride).tobytes() for lesson in lessons()]
    for number in (3, 6):
        assert f"1-{number}" not in learnt
        assert labels[number] not in judged_labels
    manifest = made.bundle.manifest
    assert (manifest.training["lessons_by_people"], manifest.training["truth_frames"]) == (3, 2)
    truth = [lessons()[number].frame for number in (3, 6)]
    for bundle, miou in ((made.bundle, "truth_miou"), (tiny_bundle, "truth_miou_parent")):
        assert manifest.gate[miou] == pytest.approx(examine(bundle, truth).source.miou(), abs=1e-4)


@pytest.mark.parametrize(
    ("mix", "rehearsal"),
    [(0.01, SOURCE.rehearsal), (0.25, ())],  # without rehearsal frames there is no rehearsal
)
def test_the_rest_of_the_new_f_is_its_parent(
    done: Update,
    tiny_bundle: Bundle,
    tmp_path: Path,
    mix: float,
    rehearsal: Sequence[LabelledFrame],
) -> None:
    settings = replace(SETTINGS, mix=mix, steps=4)
    pixels = count_labels(frame.label for frame in rehearsal)[:4]
    source = replace(SOURCE, rehearsal=rehearsal, pixels=pixels)
    made = update(tiny_bundle, tmp_path / "mixed", settings, source=source)
    before, after, far = (b.weights("f") for b in (tiny_bundle, made.bundle, done.bundle))

    def distance(one: Mapping[str, np.ndarray]) -> float:
        return max(float(np.abs(weight - before[name]).max()) for name, weight in one.items())

    assert distance(after) < 2 * mix * distance(far)
    assert distance(far) > 1e-3


def test_the_gate_refuses_and_the_bundle_says_so(tiny_bundle: Bundle, tmp_path: Path) -> None:
    settings = replace(SETTINGS, steps=1, max_source_loss=0.0)
    made = update(
        tiny_bundle, tmp_path / "refused", settings, source=replace(SOURCE, best_miou=1.0)
    )
    assert not made.verdict.promoted
    assert made.verdict.reason.startswith("mIoU on held-out source frames falls from 1.000 to ")
    gate = Bundle.load(made.bundle.path).manifest.gate
    assert gate["promoted"] is False
    assert gate["reason"] == made.verdict.reason


def test_too_few_lessons(tiny_bundle: Bundle, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="1 lessons in 10 blocks cannot be split"):
        train_update(
            tiny_bundle,
            lessons(1),
            SOURCE,
            path=tmp_path / "new",
            version=2,
            trigger="frames",
            settings=SETTINGS,
        )
    assert not (tmp_path / "new").exists()


def test_an_exam_in_which_every_answer_is_known(tiny_bundle: Bundle) -> None:
    segmenter = Segmenter(tiny_bundle)
    answered = [
        frame._replace(label=segmenter.predict(frame.image).label_map)
        for frame in frames(2, seed=4)
    ]
    exam = examine(tiny_bundle, answered)
    assert exam.source.counts.sum() == 2 * SIZE[0] * SIZE[1]
    assert exam.source.miou() == 1.0
    assert np.isnan(exam.loss)  # no lesson, nothing to lose

    wrong = [frame._replace(label=(frame.label + 1) % 4) for frame in answered]
    assert examine(tiny_bundle, wrong).source.miou() == 0.0


def test_lessons_of_an_exam_count_by_their_weights(tiny_bundle: Bundle) -> None:
    one, two = frames(2, seed=5)
    taught = partial(segmentation_loss, weights=torch.tensor([1.0, 2.0, 3.0, 4.0]), dice=0.5)

    def loss(*taken: Lesson) -> float:
        return examine(tiny_bundle, [], list(taken), loss=taught).loss

    first, second = loss(Lesson(one, 1.0)), loss(Lesson(two, 1.0))
    assert first > 0
    assert first != pytest.approx(second, rel=1e-3)
    assert loss(Lesson(one, 20.0)) == pytest.approx(first)
    both = loss(Lesson(one, 3.0), Lesson(two, 1.0))
    assert both == pytest.approx((3 * first + second) / 4)
    assert np.isnan(loss())


def test_the_loss_of_an_exam_is_that_of_the_training(tiny_bundle: Bundle) -> None:
    frame = frames(1, seed=5)[0]
    logits = Segmenter(tiny_bundle).logits(frame.image)
    label = torch.from_numpy(at_stride(frame.label, logits)).long()[None]
    for dice in (0.0, 1.0):
        taught = partial(segmentation_loss, dice=dice)
        exam = examine(tiny_bundle, [], [Lesson(frame, 1.0)], loss=taught)
        assert exam.loss == pytest.approx(float(taught(torch.from_numpy(logits)[None], label)))


def test_labels_at_stride_are_those_of_the_picture() -> None:
    label = np.array([[0, 1], [2, 255]], np.uint8).repeat(48, axis=0).repeat(64, axis=1)
    small = at_stride(label, np.zeros((4, 24, 32), np.float32))
    assert small.shape == (24, 32)
    assert small.dtype == np.uint8
    np.testing.assert_array_equal(small[[0, 0, -1, -1], [0, -1, 0, -1]], [0, 1, 2, 255])
    assert set(np.unique(small)) == {0, 1, 2, 255}


def test_the_head_of_an_appealnet_is_handed_on_as_it_is(
    tmp_path: Path, tiny_appealnet: Bundle
) -> None:
    few = replace(SETTINGS, steps=2, miner_steps=1)
    child = update(tiny_appealnet, tmp_path / "child", few).bundle
    before, after = tiny_appealnet.weights("f"), child.weights("f")
    moved = {name for name in before if not np.array_equal(before[name], after[name])}
    assert moved
    assert not [name for name in moved if name.startswith("predictor.")]
    old, new = tiny_appealnet.manifest, child.manifest
    assert new.architecture == "appealnet"
    assert new.thresholds["appealnet"] == old.thresholds["appealnet"]
