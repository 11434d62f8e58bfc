"""The replay buffer keeps what it acknowledged, whatever happens to its process and its disk."""

import inspect
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from laecips_cloud.replay_buffer.buffer import ReplayBuffer
from laecips_cloud.replay_buffer.reader import ReplayReader
from laecips_cloud.replay_buffer.replay_frame import ReplayFrame, TimeBlock
from laecips_cloud.replay_buffer.schema import ReplayBufferError

KILLS = 50
CLASSES = ("belt", "part")


def opened(path: Path) -> ReplayBuffer:
    return ReplayBuffer(path, classes=CLASSES)


def frame(number: int, *, size: int = 40, received_ns: int | None = None) -> ReplayFrame:
    """A frame of `size` bytes, everything in it told by its number."""
    return ReplayFrame(
        request_id=f"robot/{number}",
        robot="robot",
        stamp_ns=number,
        received_ns=number if received_ns is None else received_ns,
        bundle_version=1,
        why="audit" if number % 3 == 0 else "hard",
        trust=0.25,
        picture=bytes([number % 251]) * (size - 3),
        depth=b"",
        label_map=b"ll",
        confidence_map=b"c",
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "replay buffer?.sqlite"


@pytest.fixture
def buffer(path: Path) -> Iterator[ReplayBuffer]:
    it = ReplayBuffer(path, max_frames=5, max_bytes=1000, classes=CLASSES)
    yield it
    it.close()


def test_one_writer_may_ask_to_be_the_only_cloud(path: Path) -> None:
    """Others still read and write it: `laecips buffer`, the trainer."""
    first = ReplayBuffer(path, classes=CLASSES, sole=True)
    with pytest.raises(ReplayBufferError, match=r"sqlite: another cloud node uses it; stop that"):
        ReplayBuffer(path, classes=CLASSES, sole=True)
    first.append(frame(1))
    opened(path).close()
    first.append(frame(2))
    first.close()
    again = ReplayBuffer(path, classes=CLASSES, sole=True)
    assert again.totals()[0] == 2
    again.close()


def test_one_that_cannot_be_opened_is_not_kept_from_others(path: Path) -> None:
    opened(path).close()
    with pytest.raises(ReplayBufferError, match="keeps label maps of the classes"):
        ReplayBuffer(path, classes=("screw", "part"), sole=True)
    ReplayBuffer(path, classes=CLASSES, sole=True).close()
    with pytest.raises(ReplayBufferError, match="cannot be made: No such file or directory"):
        ReplayBuffer(path.parent / "nowhere" / "x.sqlite", classes=CLASSES, sole=True)


def test_what_is_kept_is_read_again_after_reopening(buffer: ReplayBuffer, path: Path) -> None:
    kept = [buffer.append(frame(number)) for number in range(3)]
    buffer.close()
    again = ReplayBuffer(path, max_frames=5, classes=CLASSES)
    assert kept == [frame(number) for number in range(3)]
    assert list(again.read(0, 3)) == kept
    assert [again.find(item.request_id) for item in kept] == kept
    assert again.find("robot/3") is None
    assert again.totals() == (3, 120)
    again.close()


def test_the_same_request_keeps_its_first_answer(buffer: ReplayBuffer) -> None:
    first = buffer.append(frame(1, size=50))
    assert buffer.append(frame(1, size=60)) == first
    assert buffer.totals() == (1, 50)


@pytest.mark.parametrize(
    ("sizes", "left"),
    [
        pytest.param([40] * 7, [2, 3, 4, 5, 6], id="too many"),
        pytest.param([400, 400, 300], [1, 2], id="too large"),
        pytest.param([300, 300, 300, 1000], [3], id="one as large as all"),
    ],
)
def test_the_oldest_leave_first(sizes: list[int], left: list[int], buffer: ReplayBuffer) -> None:
    for number, size in enumerate(sizes):
        buffer.append(frame(number, size=size, received_ns=0))  # clocks do not matter for this
    assert [item.stamp_ns for item in buffer.read(0, 1)] == left
    assert buffer.totals() == (len(left), sum(sizes[number] for number in left))


def test_lower_bounds_hold_from_the_opening_on(buffer: ReplayBuffer, path: Path) -> None:
    for number in range(5):
        buffer.append(frame(number))
    buffer.close()
    smaller = ReplayBuffer(path, max_frames=2, classes=CLASSES)
    assert [item.stamp_ns for item in smaller.read(0, 9)] == [3, 4]
    smaller.close()


def test_a_frame_that_never_fits(buffer: ReplayBuffer) -> None:
    buffer.append(frame(0))
    with pytest.raises(ReplayBufferError, match="1001 bytes does not fit into max_bytes 1000"):
        buffer.append(frame(1, size=1001))
    assert buffer.totals() == (1, 40)


def test_time_blocks(buffer: ReplayBuffer) -> None:
    for number, received_ns in enumerate([5, 9, 10, 31]):
        buffer.append(frame(number, received_ns=received_ns))
    blocks = buffer.blocks(10)
    assert blocks == [TimeBlock(0, 10, 2), TimeBlock(10, 20, 1), TimeBlock(30, 40, 1)]
    assert [
        [item.stamp_ns for item in buffer.read(block.start_ns, block.end_ns)] for block in blocks
    ] == [[0, 1], [2], [3]]


def test_frames_may_come_and_leave_while_one_reads(buffer: ReplayBuffer) -> None:
    for number in range(5):
        buffer.append(frame(number))
    seen = []
    for item in buffer.read(0, 100):
        seen.append(item.stamp_ns)
        if item.stamp_ns == 0:
            for number in range(5, 8):
                buffer.append(frame(number))
    assert seen == [0, 3, 4]


def test_a_reader_sees_what_is_written_beside_it(buffer: ReplayBuffer, path: Path) -> None:
    buffer.append(frame(0))
    reader = ReplayReader(path)
    buffer.append(frame(1))
    assert [item.stamp_ns for item in reader.read(0, 9)] == [0, 1]
    reader.close()


def test_a_reader_needs_no_writer_and_keeps_everything(buffer: ReplayBuffer, path: Path) -> None:
    for number in range(5):
        buffer.append(frame(number))
    buffer.close()
    reader = ReplayReader(path)
    assert reader.totals() == (5, 200)
    assert not hasattr(reader, "append")
    reader.close()


def test_threads_share_a_buffer(path: Path) -> None:
    buffer = opened(path)
    threads = [
        threading.Thread(target=lambda: [buffer.append(frame(number)) for number in range(20)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert buffer.totals() == (20, 800)
    buffer.close()


def test_a_closed_buffer_says_so(buffer: ReplayBuffer) -> None:
    buffer.close()
    buffer.close()
    with pytest.raises(ReplayBufferError, match="is closed"):
        buffer.append(frame(0))


def _a_text(path: Path) -> None:
    path.write_text("not a database, but longer than the header of one: " + "x" * 100)


def _another_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()


def _a_later_version(path: Path) -> None:
    opened(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 7")
    connection.close()


def _a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_a_text, "file is not a database; it is not a replay buffer: give another path"),
        (_another_database, "an SQLite database, but not a replay buffer; give another path"),
        (_a_later_version, "has schema 7, this version reads up to 3; update the cloud"),
        (
            _a_folder,
            "unable to open database file; check that its folder exists and can be written",
        ),
    ],
)
@pytest.mark.parametrize("opening", [opened, ReplayReader])
def test_a_file_that_is_no_buffer(
    opening: Callable[[Path], ReplayReader], spoil: Callable[[Path], None], message: str, path: Path
) -> None:
    spoil(path)
    with pytest.raises(ReplayBufferError, match=re.escape(f"{path}: {message}")) as caught:
        opening(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("opening", [opened, ReplayReader])
def test_no_folder(opening: Callable[[Path], ReplayReader], tmp_path: Path) -> None:
    with pytest.raises(ReplayBufferError, match="check that its folder exists"):
        opening(tmp_path / "nowhere" / "replay.sqlite")


@pytest.mark.parametrize("others", [("part", "belt"), ("belt",), ("belt", "part", "screw")])
def test_labels_of_other_classes_never_mix(
    others: tuple[str, ...], buffer: ReplayBuffer, path: Path
) -> None:
    kept = buffer.append(frame(0))
    buffer.close()
    message = f"{path}: keeps label maps of the classes belt, part, the bundles have "
    with pytest.raises(ReplayBufferError, match=re.escape(message) + ".*; give another path$"):
        ReplayBuffer(path, classes=others)
    reader = ReplayReader(path)
    assert (reader.classes(), reader.find(kept.request_id)) == (CLASSES, kept)
    reader.close()


def test_a_reader_makes_no_file(path: Path) -> None:
    with pytest.raises(ReplayBufferError, match="unable to open"):
        ReplayReader(path)
    assert not path.exists()


@pytest.mark.parametrize("bounds", [{"max_frames": 0}, {"max_bytes": 0}])
def test_bounds_that_cannot_be(bounds: dict[str, int], path: Path) -> None:
    with pytest.raises(ReplayBufferError, match="both must be at least 1"):
        ReplayBuffer(path, **bounds, classes=CLASSES)


@pytest.fixture
def locked_folder() -> Iterator[Path]:
    """A folder that this process may read and not write."""
    folder = Path(tempfile.mkdtemp())
    opened(folder / "replay.sqlite").close()
    (folder / "replay.sqlite").chmod(0o444)
    folder.chmod(0o555)
    superuser = os.geteuid() == 0
    if superuser:  # whom permissions do not bind
        os.seteuid(65534)
    yield folder
    if superuser:
        os.seteuid(0)
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("replay.sqlite", "it cannot be written: change its permissions or give another path"),
        ("new.sqlite", "check that its folder exists and can be written"),
    ],
)
def test_a_buffer_that_may_not_be_written(name: str, message: str, locked_folder: Path) -> None:
    with pytest.raises(ReplayBufferError, match=re.escape(message)):
        opened(locked_folder / name)


def test_a_disk_that_takes_no_more(path: Path, full_after: Callable[[int | None], None]) -> None:
    buffer = opened(path)
    buffer.append(frame(0))
    full_after(200_000)
    kept = _fill(buffer)
    full_after(None)
    _usable_with(buffer, kept)


def test_a_full_file_system(tmp_path: Path) -> None:
    mount = tmp_path / "small"
    mount.mkdir()
    if not _ran("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(mount)):
        pytest.skip("mounting a small file system takes a superuser")
    try:
        buffer = opened(mount / "replay.sqlite")
        kept = _fill(buffer)
        assert _ran("mount", "-o", "remount,size=20m", str(mount))
        _usable_with(buffer, kept)
    finally:
        assert _ran("umount", "-l", str(mount))


def _ran(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _fill(buffer: ReplayBuffer) -> list[ReplayFrame]:
    """Appends until the disk is full; what was acknowledged."""
    kept = []
    try:
        while len(kept) < 1000:
            kept.append(buffer.append(frame(len(kept) + 1, size=20_000)))
    except ReplayBufferError as error:
        said = str(error)
    else:
        raise AssertionError("the disk never got full")
    assert f"{buffer.path}: " in said
    assert "the disk is full" in said
    return kept


def _usable_with(buffer: ReplayBuffer, kept: list[ReplayFrame]) -> None:
    """Nothing acknowledged is lost, nothing is half there, and it goes on once there is room."""
    assert list(buffer.read(1, 1000)) == kept
    refused = frame(len(kept) + 1, size=20_000)
    assert buffer.find(refused.request_id) is None
    assert buffer.append(refused) == refused
    buffer.close()
    again = opened(buffer.path)
    assert list(again.read(1, 1000)) == [*kept, refused]
    again.close()


WRITER = f"""
import sys
from laecips_cloud.replay_buffer.buffer import ReplayBuffer
from laecips_cloud.replay_buffer.replay_frame import ReplayFrame
{inspect.getsource(frame)}
buffer = ReplayBuffer(sys.argv[1], max_frames=40, classes={CLASSES})
number = int(sys.argv[2])
while True:
    number += 1
    buffer.append(frame(number, size=3 + number * 7919 % 60_000))
    print(number, flush=True)
"""


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_however_the_writer_dies(path: Path) -> None:
    """SIGKILL at random moments: while opening, inside a transaction, inside a checkpoint."""
    rng = random.Random(7)
    last = 0
    for _ in range(KILLS):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(last)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        # Some die around the time when they open the file, most between frames.
        wanted = rng.randrange(12)
        acknowledged = [writer.stdout.readline() for _ in range(wanted)]
        timer = threading.Timer(rng.uniform(0, 0.02 if wanted else 0.2), writer.kill)
        timer.start()
        acknowledged += writer.stdout.readlines()
        timer.join()
        writer.wait()
        writer.stdout.close()
        numbers = [int(line) for line in acknowledged if line.endswith("\n")]
        _holds(path, numbers)
        last = max([last, *numbers]) + 1  # one more may be on the disk, its acknowledgement not


def _holds(path: Path, numbers: list[int]) -> None:
    buffer = ReplayBuffer(path, max_frames=40, classes=CLASSES)
    newest = numbers[-30:]  # at most this many and the one that was being written may have left
    for number in newest:
        assert buffer.find(f"robot/{number}") == frame(number, size=3 + number * 7919 % 60_000)
    kept = list(buffer.read(0, 2**62))
    assert buffer.totals() == (len(kept), sum(item.size for item in kept))
    buffer.close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def _as_version(version: int, path: Path) -> None:
    """A file as it was before labelling tasks (2), or before people could label (1)."""
    buffer = opened(path)
    for number in range(3):
        buffer.append(frame(number))
    buffer.close()
    connection = sqlite3.connect(path)
    for index in ("frames_labelled", "frames_tasks"):
        connection.execute(f"DROP INDEX {index}")
    for column in ("label_task", "held_out"):
        connection.execute(f"ALTER TABLE frames DROP COLUMN {column}")
    if version == 1:
        connection.execute("DROP TRIGGER count_change")
        connection.execute("ALTER TABLE frames DROP COLUMN human_label_map")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()


@pytest.mark.parametrize("version", [1, 2])
def test_a_file_of_an_older_version_is_read_as_it_is(version: int, path: Path) -> None:
    _as_version(version, path)
    reader = ReplayReader(path)
    assert reader.find("robot/1") == frame(1)
    assert list(reader.read(0, 9)) == reader.newest(9, last=9) == [frame(n) for n in range(3)]
    assert reader.human_labels() == (0, 0)
    assert reader.open_tasks() == {}
    reader.close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (version,)
    connection.close()


@pytest.mark.parametrize("version", [1, 2])
def test_a_file_of_an_older_version_is_brought_up_by_whoever_writes_it(
    version: int, path: Path
) -> None:
    _as_version(version, path)
    reader = ReplayReader(path)
    buffer = opened(path)
    assert buffer.totals() == (3, 3 * frame(0).size)
    buffer.append(frame(3))
    buffer.keep_human_labels({"robot/1": b"person"})
    assert [f.human_label_map for f in reader.newest(4, last=9)] == [b"", b"person", b"", b""]
    assert reader.totals() == (4, 4 * frame(0).size + len(b"person"))
    buffer.open_task("one", ["robot/2"])
    assert (reader.human_labels(), reader.open_tasks()) == ((1, 0), {"one": 1})
    for it in (reader, buffer):
        it.close()


def test_what_people_say_is_kept_counted_and_taken_back(buffer: ReplayBuffer) -> None:
    size = buffer.append(frame(1)).size
    buffer.append(frame(2))
    for label_map, said in ((b"12345", 1), (b"123", 1), (b"", 0)):
        buffer.keep_human_labels({"robot/1": label_map})
        assert buffer.find("robot/1").human_label_map == label_map
        assert buffer.find("robot/1").size == size + len(label_map)
        assert buffer.totals() == (2, 2 * size + len(label_map))
        assert buffer.human_labels().frames == said
    buffer.keep_human_labels({"robot/1": b"123", "robot/2": b"4"})
    with pytest.raises(ReplayBufferError, match="'robot/9' was removed meanwhile; nothing was"):
        buffer.keep_human_labels({"robot/1": b"9", "robot/9": b"9"})
    assert buffer.find("robot/1").human_label_map == b"123"
    assert buffer.forget(99) == 2
    assert buffer.totals() == (0, 0)


def test_what_is_forgotten_is_not_in_the_file_any_more(buffer: ReplayBuffer, path: Path) -> None:
    marks = [b"picture-%d" % number * 9 for number in range(4)]
    for number, mark in enumerate(marks):
        buffer.append(replace(frame(number), picture=mark))
    assert buffer.forget(2) == 2
    assert buffer.forget(2) == 0
    content = b"".join(
        file.read_bytes() for file in path.parent.iterdir() if file.name.startswith(path.name)
    )
    assert [mark in content for mark in marks] == [False, False, True, True]
    assert buffer.request_ids() == ["robot/2", "robot/3"]


def test_what_the_bounds_remove_is_not_in_the_file_any_more(path: Path) -> None:
    buffer = ReplayBuffer(path, max_frames=5, classes=CLASSES)
    buffer.forget(0)
    marks = [b"picture-%d" % number for number in range(8)]
    for number, mark in enumerate(marks):
        # The large ones leave room that the small later ones do not fill again.
        buffer.append(replace(frame(number), picture=mark * (5000 if number < 2 else 1)))
    buffer.close()
    content = path.read_bytes()
    assert [mark in content for mark in marks] == [False] * 3 + [True] * 5


@pytest.mark.parametrize(
    ("number", "waiting"), [(0, (5, 7)), (3, (4, 7)), (6, (1, 7)), (7, (0, 7)), (8, (5, 7))]
)
def test_what_came_since(number: int, waiting: tuple[int, int], buffer: ReplayBuffer) -> None:
    """Seven came, the first two have left; a number that is not reached yet is another file's."""
    for count in range(7):
        buffer.append(frame(count))
    assert buffer.since(number) == waiting


def test_what_was_read_is_not_new_when_the_newest_leave(buffer: ReplayBuffer) -> None:
    for number in range(5):
        buffer.append(frame(number))
    buffer.keep_human_labels({"robot/1": b"person", "robot/2": b"person"})
    read = buffer.since(0).newest
    assert buffer.forget(99, keep_labelled=True) == 3
    assert buffer.since(read) == (0, 5)
    buffer.append(frame(5))
    assert buffer.since(read) == (1, 6)
    assert buffer.forget(99) == 3
    assert buffer.since(read) == (0, 6)


def test_nothing_has_come_yet(buffer: ReplayBuffer) -> None:
    assert buffer.since(0) == buffer.since(9) == (0, 0)


@pytest.mark.parametrize(
    ("count", "last", "numbers"), [(2, 7, [5, 6]), (9, 5, [2, 3, 4]), (2, 2, []), (0, 7, [])]
)
def test_the_newest(count: int, last: int, numbers: list[int], buffer: ReplayBuffer) -> None:
    for number in range(7):
        buffer.append(frame(number))
    assert buffer.newest(count, last=last) == [frame(number) for number in numbers]
    glimpses = buffer.glimpses(count, last=last)
    assert glimpses == [
        (frame(number).bundle_version, 0.25, frame(number).label_map)
        for number in reversed(numbers)
    ]


def test_what_people_labelled_is_read_first_whatever_its_age(path: Path) -> None:
    buffer = opened(path)
    for number in range(7):
        buffer.append(frame(number))
    buffer.keep_human_labels({"robot/0": b"a", "robot/2": b"b", "robot/6": b"c"})

    def numbers(count: int, last: int, labelled: int) -> list[int]:
        return [it.stamp_ns for it in buffer.newest(count, last=last, labelled=labelled)]

    assert numbers(4, 7, 0) == [3, 4, 5, 6]
    assert numbers(4, 7, 2) == [2, 4, 5, 6]
    assert numbers(4, 7, 9) == [0, 2, 5, 6]
    assert numbers(2, 7, 9) == [2, 6]
    assert numbers(3, 5, 9) == [0, 2, 4]
    assert numbers(9, 7, 9) == list(range(7))
    buffer.close()


def test_what_cost_people_work_leaves_last(buffer: ReplayBuffer) -> None:
    for number in range(5):
        buffer.append(frame(number))
    buffer.keep_human_labels({"robot/0": b"a"})
    buffer.open_task("task", ["robot/1", "robot/2"])
    left = []
    for number in range(5, 10):
        buffer.append(frame(number))
        left.append([item.stamp_ns for item in buffer.read(0, 99)])
    assert left == [[0, 1, 2, *range(low, low + 2)] for low in (4, 5, 6, 7, 8)]
    buffer.keep_human_labels({f"robot/{number}": b"b" for number in (1, 2, 8, 9)})
    with pytest.raises(ReplayBufferError, match="people labelled"):
        buffer.append(frame(10))
    assert [item.stamp_ns for item in buffer.read(0, 99)] == [0, 1, 2, 8, 9]


@pytest.mark.parametrize("size", [40, 830])  # one frame too many, or 9 bytes
def test_a_frame_beside_which_only_work_of_people_may_leave(
    size: int, buffer: ReplayBuffer
) -> None:
    for number in range(5):
        buffer.append(frame(number, size=44))
    buffer.keep_human_labels({f"robot/{number}": b"a" for number in range(3)})
    buffer.open_task("monday", ["robot/3", *(["robot/4"] if size == 40 else [])])
    before = buffer.totals(), list(buffer.read(0, 99)), buffer.since(0)
    with pytest.raises(ReplayBufferError) as caught:
        buffer.append(frame(9, size=size))
    assert str(caught.value) == (
        f"{buffer.path}: frames that people labelled and those of open tasks fill it; raise "
        "max_frames (5) or max_bytes (1000), or close a task"
    )
    assert (buffer.totals(), list(buffer.read(0, 99)), buffer.since(0)) == before
    assert buffer.find("robot/9") is None
    buffer.close_task("monday")
    assert buffer.append(frame(10)) == buffer.find("robot/10")


def test_a_frame_is_in_one_task_until_a_person_labels_it(buffer: ReplayBuffer) -> None:
    for number in range(4):
        buffer.append(frame(number))
    buffer.open_task("one", ["robot/0", "robot/1"])
    for name, frames, message in (
        ("one", ["robot/3"], "task 'one' is open already; choose another folder"),
        ("two", ["robot/2", "robot/1"], "'robot/1' was removed, or taken by another task"),
        ("two", ["robot/2", "robot/9"], "'robot/9' was removed, or taken by another task"),
    ):
        with pytest.raises(ReplayBufferError, match=message):
            buffer.open_task(name, frames)
        assert buffer.open_tasks() == {"one": 2}
    buffer.keep_human_labels({"robot/1": b"person"})
    assert buffer.open_tasks() == {"one": 1}
    assert [item.label_task for item in buffer.read(0, 9)] == ["one", "", "", ""]
    with pytest.raises(ReplayBufferError, match="no task 'two' is open; open are: one"):
        buffer.close_task("two")
    assert buffer.close_task("one") == 1
    assert buffer.open_tasks() == {}


def test_truth_is_dealt_out_once(path: Path) -> None:
    buffer = opened(path)
    for number in range(12):
        buffer.append(frame(number))

    def held_out() -> list[int]:
        return [item.stamp_ns for item in buffer.read(0, 99) if item.held_out]

    # As the files come, not in the order of time.
    buffer.keep_human_labels({f"robot/{number}": b"person" for number in (7, 3, 0, 5, 2, 1, 6, 4)})
    truth = held_out()
    assert [number // 4 for number in truth] == [0, 1]  # one of each four, in the order of time
    assert buffer.human_labels() == (8, 2)
    for number in range(8):  # labels that are mended, or taken back
        buffer.keep_human_labels({f"robot/{number}": b"better" if number % 2 else b""})
    assert held_out() == truth
    for number in range(8, 12):  # one a day
        buffer.keep_human_labels({f"robot/{number}": b"person"})
    assert len(held_out()) == 3
    buffer.close()


def test_groups(buffer: ReplayBuffer) -> None:
    for number in range(5):
        buffer.append(frame(number, size=40))
    assert buffer.groups("why") == [("audit", 2, 80), ("hard", 3, 120)]
    assert buffer.groups("robot") == [("robot", 5, 200)]
    assert buffer.groups("bundle_version") == [("1", 5, 200)]
