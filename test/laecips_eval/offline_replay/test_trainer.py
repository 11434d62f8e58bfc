"""Learning without ROS: when it trains, when the robot has the new pair, and that nothing leaks.

What the gate would say is not asked here: it is told to promote, or to refuse.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
from laecips_cloud.hard_frames.cloud_settings import CloudSettings
from laecips_cloud.library.model_library import LEDGER, ModelLibrary
from laecips_cloud.library.version_ledger import Fate, VersionLedger
from laecips_cloud.replay_buffer.buffer import ReplayBuffer
from laecips_cloud.trainer.job_template import JobTemplate
from laecips_cloud.trainer.triggers import Triggers
from laecips_cloud.training.online import online_training
from laecips_cloud.training.online.promotion_gate import Verdict, judge
from laecips_cloud.training.online.settings import OnlineTraining
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.image.codecs import encode_jpeg, encode_png
from laecips_eval.bags import Bag, BagWriter, Legend, open_bag
from laecips_eval.offline_replay.learning import OfflineLearning
from laecips_eval.offline_replay.replay import replay_offline
from laecips_eval.offline_replay.trainer import OfflineTrainer
from laecips_eval.scoring.frame_log import FrameRow
from laecips_eval.scoring.scoreboard import Scoreboard
from laecips_eval.scoring.updates import Swap, updates_of
from laecips_eval.thin_link.conditions import LinkConditions
from trainer_robot import ColourFrames, fill, write_source

FRAMES = 16
SECOND = 10**9
SETTINGS = OnlineTraining(
    steps=3,
    learning_rate=2e-3,
    mix=1.0,
    min_confidence=0.0,
    miner_steps=2,
    miner_batch=2,
)


def draw_bag(path: Path, bundle: Bundle, *, truth: bool) -> Bag:
    """Coloured blocks, a frame a second."""
    manifest = bundle.manifest
    legend = Legend(classes=manifest.classes, palette=manifest.palette) if truth else Legend()
    with BagWriter(path, legend=legend, rate_hz=1) as writer:
        for frame in ColourFrames(FRAMES, seed=5):
            label = encode_png(frame.label) if truth else None
            writer.add(encode_jpeg(frame.image, 90), label)
    return open_bag(path)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_source(tmp_path_factory.mktemp("frames") / "source", 6)


@pytest.fixture(scope="module")
def learning(source: Path) -> Callable[..., OfflineLearning]:
    """What a trainer in this folder is told; a training every four frames unless told otherwise."""

    def it(
        folder: Path, *, takes_s: float = 2.0, link: LinkConditions | None = None, **triggers: Any
    ) -> OfflineLearning:
        return OfflineLearning(
            library=folder / "library",
            recipe=JobTemplate(
                buffer=folder / "replay.sqlite",
                max_lessons=8,
                source=source,
                source_frames=6,
                engine="onnxruntime",
                settings=SETTINGS,
            ),
            triggers=Triggers(
                **{"max_buffer": 4, "max_interval_s": 1000.0, "min_frames": 2} | triggers
            ),
            takes_s=takes_s,
            link=link,
        )

    return it


def told(monkeypatch: pytest.MonkeyPatch, verdicts: Sequence[bool], *, then: bool) -> None:
    """Tells the gate what to say: these in turn, and the last word from then on."""
    sayings: Iterator[bool] = chain(verdicts, repeat(then))

    def say(*exams: Any, **options: Any) -> Verdict:
        return replace(judge(*exams, **options), promoted=next(sayings), reason="as told")

    monkeypatch.setattr(online_training, "judge", say)


@pytest.fixture(scope="module")
def promoting() -> Iterator[None]:
    """A gate that lets everything through."""
    with pytest.MonkeyPatch.context() as patch:
        told(patch, [], then=True)
        yield


@pytest.fixture(scope="module")
def run(
    tiny_bundle: Bundle, tiny_teacher: Path, learning: Callable[..., OfflineLearning]
) -> Callable[..., Scoreboard]:
    """Replays a bag; every hard frame gets the teacher's opinion."""

    def it(bag: Bag, folder: Path, *, learns: bool = True, **edge: Any) -> Scoreboard:
        return replay_offline(
            bag,
            bundle=tiny_bundle,
            edge=EdgeSettings(**{"policy": "cloud"} | edge),
            cloud=CloudSettings(
                mask_generator="none",
                class_scorer="onnx",
                scorer_options=(f"model={tiny_teacher}",),
            ),
            learning=learning(folder) if learns else None,
        )

    return it


def ledger_of(folder: Path) -> VersionLedger:
    return VersionLedger.from_json((folder / "library" / LEDGER).read_text(encoding="utf-8"))


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of every version."""
    root = folder / "library" / "versions"
    return {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


# --- when it trains, and when the robot has what came of it


@pytest.fixture
def trainer(
    tiny_bundle: Bundle, tmp_path: Path, learning: Callable[..., OfflineLearning]
) -> Iterator[Callable[..., OfflineTrainer]]:
    """Trainers on an empty replay buffer."""
    ReplayBuffer(tmp_path / "replay.sqlite", classes=tiny_bundle.manifest.classes).close()
    made: list[OfflineTrainer] = []

    def it(**options: Any) -> OfflineTrainer:
        made.append(OfflineTrainer(tiny_bundle, learning(tmp_path, **options)))
        return made[-1]

    yield it
    for one in made:
        one.__exit__(None, None, None)


@pytest.fixture
def more(tmp_path: Path) -> Callable[[int], None]:
    """Puts new frames into the replay buffer."""
    seeds = iter(range(100, 200))
    return lambda count: fill(tmp_path / "replay.sqlite", ColourFrames(count, seed=next(seeds)))


def versions(pairs: Sequence[Bundle | None]) -> list[int]:
    """Numbers of what the robot is given; 0 for nothing."""
    return [0 if pair is None else pair.manifest.version for pair in pairs]


@pytest.mark.parametrize(
    ("triggers", "news", "after", "takes_s", "given"),
    [
        # max_buffer frames at once; the pair is there takes_s later, to the nanosecond.
        ({}, {2: 4}, [1, 2, 3.999, 4], 2.0, [0, 0, 0, 2]),
        # Without delay at the next frame.
        ({}, {1: 4}, [1, 1.5], 0.0, [0, 2]),
        # One frame too few, for ever.
        ({}, {1: 3}, [1, 500, 999.9], 2.0, [0, 0, 0]),
        # After max_interval_s min_frames are enough; time counts from the first frame.
        ({"max_interval_s": 10.0}, {1: 2}, [1, 10.9, 11, 12.9, 13], 2.0, [0, 0, 0, 0, 2]),
        ({"max_interval_s": 10.0}, {1: 1}, [1, 11, 30, 60], 2.0, [0, 0, 0, 0]),
        # While one training runs no other begins; what came meanwhile begins one right after it.
        ({}, {1: 4, 2: 4}, [1, 2, 3, 4, 5], 2.0, [0, 0, 2, 0, 0]),
        ({}, {1: 4, 2: 4}, [1, 2, 3, 4, 6], 2.0, [0, 0, 2, 0, 3]),
    ],
)
def test_the_delay_and_the_triggers(
    trainer: Callable[..., OfflineTrainer],
    more: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
    triggers: dict[str, Any],
    news: dict[float, int],
    after: list[float],
    takes_s: float,
    given: list[int],
) -> None:
    told(monkeypatch, [], then=True)
    one = trainer(takes_s=takes_s, **triggers)
    got = []
    for second in after:
        more(news.get(second, 0))
        got.append(one.advance(1000 * SECOND + round(second * SECOND)))
    assert versions(got) == given


def test_a_refused_version_never_comes_and_is_nobodys_parent(
    trainer: Callable[..., OfflineTrainer],
    more: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    told(monkeypatch, [True, False], then=True)
    one = trainer(takes_s=1.0)
    given = []
    for second in range(9):
        more(4 if second % 2 == 0 and second < 6 else 0)
        given.append(one.advance((1000 + second) * SECOND))
    assert versions(given) == [0, 2, 0, 0, 0, 4, 0, 0, 0]
    ledger = ledger_of(tmp_path)
    assert {number: (entry.fate, entry.parent) for number, entry in ledger.entries.items()} == {
        1: (Fate.PROMOTED, 0),
        2: (Fate.PROMOTED, 1),
        3: (Fate.REFUSED, 2),
        4: (Fate.PROMOTED, 2),
    }
    # Of the bag's time, not of what it took here.
    assert [ledger.entries[number].train_s for number in (2, 3, 4)] == [1.0] * 3
    assert ledger.trained_ns == 1004 * SECOND
    for number, parent in ((2, 1), (3, 2), (4, 2)):
        manifest = Bundle.load(tmp_path / f"library/versions/{number:06d}").manifest
        assert (manifest.version, manifest.parent) == (number, parent)
        assert manifest.training["seed"] == number
    assert list((tmp_path / "library/jobs").iterdir()) == []


def test_frames_that_teach_nothing_are_told_and_the_next_ones_are_learnt_from(
    trainer: Callable[..., OfflineTrainer],
    more: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    told(monkeypatch, [], then=True)
    one = trainer(takes_s=1.0)
    real, calls = online_training.share_out, iter([True])

    def too_few(lessons: Sequence[Any], *, blocks: int) -> Any:
        return real(lessons[:1] if next(calls, False) else lessons, blocks=blocks)

    monkeypatch.setattr(online_training, "share_out", too_few)
    given = []
    for second in range(4):
        more(4 if second % 2 == 0 else 0)
        given.append(one.advance((1000 + second) * SECOND))
    assert versions(given) == [0, 0, 0, 3]
    refused = ledger_of(tmp_path).entries[2]
    assert refused.fate is Fate.REFUSED
    assert refused.reason.startswith("no training: 1 lessons in 10 blocks cannot be split")


def test_the_library_is_let_go_of(
    tiny_bundle: Bundle, tmp_path: Path, learning: Callable[..., OfflineLearning]
) -> None:
    for _ in range(2):
        with OfflineTrainer(tiny_bundle, learning(tmp_path)) as one:
            assert one.advance(1000 * SECOND) is None  # there is no replay buffer
    ModelLibrary(tmp_path / "library").close()


def test_a_training_that_takes_less_than_no_time(
    tmp_path: Path, learning: Callable[..., OfflineLearning]
) -> None:
    with pytest.raises(ValueError, match="a training of -1 s cannot be: give 0 or more"):
        learning(tmp_path, takes_s=-1)


# --- the honesty of a run that learns


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def bag(shelf: Path, tiny_bundle: Bundle) -> Bag:
    return draw_bag(shelf / "bag", tiny_bundle, truth=True)


@pytest.fixture(scope="module")
def first(
    bag: Bag, shelf: Path, run: Callable[..., Scoreboard], promoting: None
) -> tuple[Scoreboard, Path]:
    """A run that has learnt, and its folder."""
    # Half of the frames are hard; some easy ones are audited.
    folder = shelf / "first"
    folder.mkdir()
    return run(bag, folder, policy="laecips", audit_rate=0.5), folder


def test_the_run_has_learnt(first: tuple[Scoreboard, Path]) -> None:
    board, folder = first
    rows, ledger = board.rows(), ledger_of(folder)
    assert ledger.count(Fate.PROMOTED) >= 2
    used = [row.version for row in rows]
    assert used == sorted(used)
    assert len(set(used)) >= 2
    updates = updates_of(folder / "library", swaps=(), first_frames=board.first_frames())
    assert {u.version: u.frame for u in updates if u.frame is not None} == {
        version: used.index(version) for version in set(used) - {1}
    }
    # What f has learnt from was played before it ran: one of the frames that went up.
    up = {row.stamp_ns for row in rows if row.bytes_up or row.audit}
    for update in updates:
        if update.frame is not None:
            assert update.newest_lesson_ns in up
            assert update.newest_lesson_ns < rows[update.frame].stamp_ns
    age = board.knowledge_age(updates)
    assert age.before + age.frames == len(rows)
    assert age.p50_s is not None
    # The new pair says something else than the first, or the tests below would show little.
    trained = [row for row in rows if row.version != 1]
    assert any(row.iou_now != row.iou_untrained for row in trained)
    assert any(row.trust != row.trust_untrained for row in trained)


def test_the_same_run_again_is_the_same_to_the_bit(
    first: tuple[Scoreboard, Path], bag: Bag, shelf: Path, run: Callable[..., Scoreboard]
) -> None:
    board, folder = first
    again = shelf / "again"
    again.mkdir()
    rows = run(bag, again, policy="laecips", audit_rate=0.5).rows()
    assert rows == board.rows()
    assert files_of(again) == files_of(folder)
    assert ledger_of(again) == ledger_of(folder)


def test_without_its_truth_a_bag_leads_to_the_same_decisions_and_the_same_pairs(
    first: tuple[Scoreboard, Path], shelf: Path, tiny_bundle: Bundle, run: Callable[..., Scoreboard]
) -> None:
    board, folder = first
    blind = shelf / "blind"
    blind.mkdir()
    bag = draw_bag(shelf / "blind-bag", tiny_bundle, truth=False)
    rows = run(bag, blind, policy="laecips", audit_rate=0.5).rows()
    assert all(row.iou is row.iou_now is row.iou_untrained is None for row in rows)
    assert rows == [without_scores(row) for row in board.rows()]
    assert all(row.iou is not None for row in board.rows())
    assert files_of(blind) == files_of(folder)
    assert ledger_of(blind) == ledger_of(folder)


def without_scores(row: FrameRow) -> FrameRow:
    """A row but for what truth says of it."""
    scores = [field.name for field in fields(FrameRow) if field.name.startswith("iou")]
    return replace(row, **dict.fromkeys(scores))


def test_until_the_first_swap_a_run_that_learns_is_like_one_that_does_not(
    first: tuple[Scoreboard, Path], bag: Bag, shelf: Path, run: Callable[..., Scoreboard]
) -> None:
    rows = first[0].rows()
    plain = run(bag, shelf, learns=False, policy="laecips", audit_rate=0.5).rows()
    swap = next(number for number, row in enumerate(rows) if row.version != 1)
    assert rows[:swap] == plain[:swap]
    # f without training is what the plain run saw, on every frame.
    assert [(row.iou_untrained, row.trust_untrained) for row in rows] == [
        (row.iou_now, row.trust_untrained) for row in plain
    ]


def test_over_a_link_a_new_pair_comes_later_and_its_bytes_are_told(
    bag: Bag,
    tmp_path: Path,
    tiny_bundle: Bundle,
    learning: Callable[..., OfflineLearning],
    promoting: None,
) -> None:
    swaps: list[Swap] = []
    begins = {}
    for name, link in (("near", None), ("far", LinkConditions(rate_bit_s=8e5, delay_s=0.5))):
        (tmp_path / name).mkdir()
        board = replay_offline(
            bag,
            bundle=tiny_bundle,
            edge=EdgeSettings(policy="cloud"),
            cloud=CloudSettings(mask_generator="none", class_scorer="edge"),
            learning=learning(tmp_path / name, link=link),
            swapped=swaps.append,
        )
        begins[name] = board.first_frames()
    assert [swap.version for swap in swaps] == sorted(set(begins["far"]) - {1})
    first = swaps[0]
    assert first.transfer_s == pytest.approx(1.0 + first.bytes / 1e5)
    late = begins["far"][2] - begins["near"][2]  # frames, of a second each
    assert late - 1 <= first.transfer_s <= late


def test_the_cloud_answers_with_the_pair_that_the_robot_runs(
    bag: Bag,
    tmp_path: Path,
    tiny_bundle: Bundle,
    learning: Callable[..., OfflineLearning],
    promoting: None,
) -> None:
    """Where it asks f for scores, it finds the version in the trainer's library."""
    board = replay_offline(
        bag,
        bundle=tiny_bundle,
        edge=EdgeSettings(policy="cloud"),
        cloud=CloudSettings(mask_generator="none", class_scorer="edge"),
        learning=learning(tmp_path),
    )
    rows = board.rows()
    assert {row.version for row in rows} > {1}
    assert {row.source for row in rows} == {"cloud"}
    for row in rows:  # without masks f's own scores change nothing
        assert row.checksum == row.checksum_now
