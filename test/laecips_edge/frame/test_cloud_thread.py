import threading

import pytest
from laecips_edge.frame.cloud_thread import CloudThread

PATIENCE_S = 30.0


class Log:
    def __init__(self) -> None:
        self.errors: list[str] = []

    def error(self, line: str) -> None:
        self.errors.append(line)


def test_deadlines_are_looked_at_though_no_work_comes() -> None:
    looked = threading.Event()
    thread = CloudThread(seconds_to_deadline=lambda: 0.0, logger=Log())
    thread.start(looked.set)
    assert looked.wait(PATIENCE_S)
    thread.stop()


def test_work_that_fails_does_not_end_the_thread() -> None:
    done, log = threading.Event(), Log()
    thread = CloudThread(seconds_to_deadline=lambda: None, logger=log)
    thread.start(lambda: None)
    thread.run(lambda: print(int("no number")))
    thread.run(done.set)
    assert done.wait(PATIENCE_S)
    thread.stop()
    (error,) = log.errors
    assert error.startswith("an answer of the cloud was not published: ValueError")


@pytest.mark.parametrize("started", [False, True])
def test_stopped_it_does_no_more_work(started: bool) -> None:
    done = threading.Event()
    thread = CloudThread(seconds_to_deadline=lambda: None, logger=Log())
    if started:
        thread.start(lambda: None)
    thread.stop()
    thread.run(done.set)
    assert not done.is_set()
