import threading
from types import SimpleNamespace
from typing import Any

from laecips_edge.core.frame.frame import Frame
from laecips_edge.core.frame.newest_frames import NewestFrames
from laecips_edge.core.image.picture import Picture
from laecips_edge.frame.inference_thread import InferenceThread

PATIENCE_S = 30.0


class Router:
    """Routes one frame when a test lets it."""

    def __init__(self) -> None:
        self.routed: list[int] = []
        self.superseded: list[int] = []
        self.busy, self.go_on = threading.Event(), threading.Event()

    def route(self, frame: Frame) -> None:
        self.busy.set()
        self.go_on.wait(PATIENCE_S)
        self.routed.append(frame.number)
        if frame.number == 1:
            raise RuntimeError("a bug")

    def supersede(self, frame: Frame) -> None:
        self.superseded.append(frame.number)


def frame(number: int) -> Frame:
    picture = Picture(None, compressed=False)
    return Frame(number=number, stamp_ns=number, frame_id="", picture=picture, received_s=0.0)


def start(router: Router, idle: threading.Event, errors: list[str]) -> InferenceThread:
    logger: Any = SimpleNamespace(error=errors.append)
    thread = InferenceThread(router=router, frames=NewestFrames(), on_idle=idle.set, logger=logger)
    thread.start()
    return thread


def test_the_newest_frame_is_next_and_a_bug_ends_nothing() -> None:
    router, errors = Router(), list[str]()
    thread = start(router, threading.Event(), errors)
    thread.submit(frame(1))
    assert router.busy.wait(PATIENCE_S)
    thread.submit(frame(2))
    thread.submit(frame(3))
    router.go_on.set()
    thread.stop()  # what waits is answered first
    assert router.routed == [1, 3]
    assert router.superseded == [2]
    assert errors == ["a frame was not answered: RuntimeError('a bug')"]


def test_without_frames_it_is_idle() -> None:
    idle = threading.Event()
    thread = start(Router(), idle, [])
    assert idle.wait(PATIENCE_S)
    thread.stop()
