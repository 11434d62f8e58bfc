import threading
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from laecips_edge.core.frame.frame import Frame, SeenFrame
from laecips_edge.core.frame.frame_history import REMEMBERED, FrameHistory
from laecips_edge.core.frame.observation import Observation
from laecips_edge.core.image.picture import Picture
from laecips_edge.core.inference.segmenter import Prediction
from laecips_edge.core.routing.policy import Decision
from made_bundles import HOLLOW

OLD, NEW = replace(HOLLOW, version=1), replace(HOLLOW, version=2)
PREDICTION = Prediction(
    logits=np.zeros((2, 1, 1), np.float32),
    label_map=np.zeros((4, 4), np.uint8),
    confidence_map=np.zeros((4, 4), np.uint8),
)


def seen(manifest, number=0, *, depth=None):
    """A frame that a pair has looked at."""
    picture = Picture(None, compressed=False)
    frame = Frame(number=number, stamp_ns=number, frame_id="", picture=picture, received_s=0.0)
    return SeenFrame(
        frame=frame,
        rgb=np.full((4, 4, 3), number % 256, np.uint8),
        depth=depth,
        prediction=PREDICTION,
        decision=Decision(trust=0.7, delta=0.5, hard=False, audit=False),
        manifest=manifest,
    )


def observed(number=0):
    """What the pair said of it; its number is its trust."""
    return Observation(shares=np.ones(2) / 2, trust=number, hard=False, inference_ms=5.0)


def add(history, manifest, *numbers):
    for number in numbers:
        history.add(seen(manifest, number), observed(number))


def numbers(observations):
    return [observation.trust for observation in observations]


def test_nothing_is_known_at_first():
    history = FrameHistory()
    assert history.last is None
    assert history.recent(OLD) == history.unread(OLD) == []


def test_the_last_frame_can_be_looked_at_once_more():
    history = FrameHistory()
    add(history, OLD, 1)
    depth = np.full((4, 4), 900, np.uint16)
    frame, observation = seen(NEW, 2, depth=depth), observed(2)
    history.add(frame, observation)
    last = history.last
    assert last.rgb is frame.rgb
    assert last.depth is depth
    assert (last.draw_ns, last.manifest, last.observation) == (2, NEW, observation)


def test_each_pair_has_frames_of_its_own():
    history = FrameHistory()
    add(history, OLD, 1, 2)
    add(history, NEW, 3)
    add(history, OLD, 4)
    assert numbers(history.recent(OLD)) == [1, 2, 4]
    assert numbers(history.recent(NEW)) == [3]
    assert numbers(history.recent(OLD)) == [1, 2, 4]  # reading takes nothing away
    assert history.recent(replace(OLD)) == []  # the same version, loaded once more


def test_what_was_read_is_not_read_again():
    history = FrameHistory()
    add(history, NEW, 1, 2)
    assert numbers(history.unread(NEW)) == [1, 2]
    assert history.unread(NEW) == []
    add(history, NEW, 2)
    assert history.unread(replace(NEW)) == []
    add(history, NEW, 3)
    assert numbers(history.unread(NEW)) == [3]
    assert numbers(history.recent(NEW)) == [1, 2, 2, 3]


def test_what_came_of_another_pair_meanwhile_is_passed_over():
    history = FrameHistory()
    add(history, OLD, 1)
    add(history, NEW, 2)
    assert numbers(history.unread(NEW)) == [2]
    assert history.unread(OLD) == []


@given(counts=st.lists(st.integers(0, REMEMBERED + 20), max_size=4))
def test_memory_is_bounded_and_the_oldest_is_forgotten(counts):
    history, number = FrameHistory(), 0
    frame = seen(NEW)
    for count in counts:
        for _ in range(count):
            number += 1
            history.add(frame, observed(number))
        newest = list(range(max(0, number - REMEMBERED) + 1, number + 1))
        assert numbers(history.recent(NEW)) == newest
        assert numbers(history.unread(NEW)) == newest[len(newest) - min(count, REMEMBERED) :]


def test_whoever_listens_hears_of_each_frame_once_it_is_there():
    history, heard = FrameHistory(), []
    add(history, OLD, 1)
    history.listener = lambda: heard.append((history.last.draw_ns, len(history.recent(OLD))))
    add(history, OLD, 2, 3)
    history.listener = None
    add(history, OLD, 4)
    assert heard == [(2, 2), (3, 3)]


def test_read_while_another_thread_writes_nothing_is_lost_or_read_twice():
    history, written = FrameHistory(), 5 * REMEMBERED
    gate, read = threading.Semaphore(REMEMBERED), []
    frame = seen(NEW)

    def write():
        for number in range(written):
            gate.acquire()  # never further ahead than is remembered
            history.add(frame, observed(number))

    thread = threading.Thread(target=write)
    thread.start()
    while len(read) < written:
        new = numbers(history.unread(NEW))
        read += new
        for _ in new:
            gate.release()
    thread.join()
    assert read == list(range(written))
