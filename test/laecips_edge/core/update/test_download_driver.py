from pathlib import Path

import pytest
from laecips_edge.core.bundle.manifest import BundleError
from laecips_edge.core.link.circuit_breaker import CircuitBreaker
from laecips_edge.core.link.model_update import PieceAnswer, PieceStatus
from laecips_edge.core.transfer.rate_limiter import RateLimiter
from laecips_edge.core.update.bundle_download import GarbageError, MismatchError, Piece
from laecips_edge.core.update.download_driver import PATIENCE_S, DownloadDriver

DATA = b"0123456789"


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Memory:
    """A download of one file, into memory."""

    folder = Path("partial")

    def __init__(self) -> None:
        self.data = b""
        self.error: Exception | None = None
        self.discarded = 0
        self.needless = False
        self.skipped = 0

    def next(self, length: int) -> Piece | None:
        if self.error is not None:
            raise self.error
        return None if self.data == DATA else Piece("weights", len(self.data), length)

    def add(self, piece: Piece, *, size: int, data: bytes) -> None:
        if self.error is not None:
            raise self.error
        self.data += data

    def discard(self) -> None:
        self.discarded += 1
        self.data = b""

    def skip(self, name: str) -> bool:
        self.skipped += self.needless
        return self.needless


class World:
    """A fetch, its server and its clock."""

    def __init__(self, *, rate: float = 0.0, chunk: int = 4) -> None:
        self.clock = Clock()
        self.download = Memory()
        self.asked: list[Piece] = []
        self.forgotten: list[Piece] = []
        self.there = True
        self.fetch = DownloadDriver(
            self.download,  # type: ignore[arg-type]
            ask=self.asked.append,
            forget=self.forgotten.append,
            available=lambda: self.there,
            breaker=CircuitBreaker(
                failures_to_open=1, first_wait_s=1.0, longest_wait_s=4.0, clock=self.clock
            ),
            rate_limiter=RateLimiter(rate, clock=self.clock),
            chunk=chunk,
            clock=self.clock,
        )

    def answer(self, **changes: object) -> None:
        """A good answer to the last piece, but for `changes`."""
        piece = self.asked[-1]
        data = DATA[piece.offset : piece.offset + piece.length]
        self.fetch.receive(piece, PieceAnswer(**({"size": len(DATA), "data": data} | changes)))

    def wait(self) -> float:
        """Let the time pass until something is to be done; how long."""
        seconds = self.fetch.seconds_to_next
        self.clock.now += seconds
        self.fetch.advance()
        return seconds


def test_one_piece_at_a_time_until_it_is_complete():
    world = World()
    for count in (1, 2, 3):
        world.fetch.advance()
        world.fetch.advance()
        assert len(world.asked) == count
        world.clock.now += 0.5
        world.answer()
    world.fetch.advance()
    assert world.fetch.complete
    assert [(p.offset, p.length) for p in world.asked] == [(0, 4), (4, 4), (8, 4)]
    assert world.fetch.received == len(DATA)
    assert world.fetch.transfer_s == pytest.approx(1.5)
    assert world.fetch.problem == ""


def test_nothing_to_fetch_needs_no_server():
    world = World()
    world.there = False
    world.download.data = DATA
    world.fetch.advance()
    assert world.fetch.complete
    assert (world.fetch.transfer_s, world.fetch.received) == (0.0, 0)


def test_not_faster_than_allowed():
    world = World(rate=8.0)
    world.fetch.advance()
    world.answer()
    assert world.wait() == pytest.approx(0.5)
    assert len(world.asked) == 2


def test_no_server_is_looked_for_again_ever_more_rarely():
    world = World()
    world.there = False
    world.fetch.advance()
    assert world.fetch.problem == "no trainer offers get_model"
    assert [world.wait() for _ in range(4)] == pytest.approx([1.0, 2.0, 4.0, 4.0])
    world.there = True
    world.wait()
    world.answer()
    assert world.fetch.problem == ""
    assert world.fetch.seconds_to_next == 0


def test_an_answer_that_does_not_come_is_given_up():
    world = World()
    world.fetch.advance()
    assert world.wait() == pytest.approx(PATIENCE_S)
    assert world.fetch.problem == "no answer of get_model within 10 s"
    assert world.forgotten == world.asked
    world.answer()  # too late
    assert world.download.data == b""
    assert world.wait() == pytest.approx(1.0)
    world.answer()
    assert world.download.data == DATA[:4]


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (GarbageError("weights: nonsense"), "get_model answers garbage: weights: nonsense"),
        (OSError(28, "No space left on device"), "partial: No space left on device"),
    ],
)
def test_what_may_go_better_later_is_tried_later(error, problem):
    world = World()
    world.fetch.advance()
    world.download.error = error
    world.answer()
    assert world.fetch.problem == problem
    world.download.error = None
    assert world.wait() == pytest.approx(1.0)
    assert [piece.offset for piece in world.asked] == [0, 0]


def test_a_disk_that_cannot_be_read_is_tried_later():
    world = World()
    world.download.error = OSError(5, "Input/output error")
    world.fetch.advance()
    assert world.fetch.problem == "partial: Input/output error"
    assert world.asked == []


@pytest.mark.parametrize("error", [MismatchError("not it"), BundleError("manifest: broken")])
def test_what_must_not_be_fetched_is_told(error):
    world = World()
    world.download.error = error
    with pytest.raises(type(error)):
        world.fetch.advance()


@pytest.mark.parametrize(
    ("status", "discarded"), [(PieceStatus.UNAVAILABLE, 0), (PieceStatus.BAD_REQUEST, 1)]
)
def test_a_part_that_is_longer_than_the_file_is_begun_anew(status, discarded):
    world = World()
    world.download.data = b"x" * 30
    world.fetch.advance()
    world.answer(status=status, message="past the end", data=b"")
    assert world.fetch.problem == f"get_model, weights: refused ({status:d}): past the end"
    assert world.download.discarded == discarded


def test_a_needless_file_that_the_trainer_lacks_is_left_out_at_once():
    world = World()
    world.download.needless = True
    world.fetch.advance()
    world.answer(status=PieceStatus.UNKNOWN_FILE, message="no file", data=b"")
    assert (world.download.skipped, world.fetch.problem) == (1, "")
    assert world.fetch.seconds_to_next == 0


def test_a_needless_file_that_comes_later_is_waited_for():
    world = World()
    world.download.needless = True
    world.fetch.advance()
    world.answer(status=PieceStatus.UNAVAILABLE, message="later", data=b"")
    assert world.download.skipped == 0
    assert (
        world.fetch.problem == f"get_model, weights: refused ({PieceStatus.UNAVAILABLE:d}): later"
    )


def test_stopped_while_it_probes_it_goes_on_at_once():
    world = World()
    world.there = False
    world.fetch.advance()
    world.there = True
    world.wait()
    world.fetch.stop()
    assert world.forgotten == world.asked
    assert world.fetch.seconds_to_next == 0
    world.fetch.advance()
    assert len(world.asked) == 2
