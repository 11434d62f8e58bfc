"""Requests on their way: no more than the bound, and the moment at which there are none."""

import threading

from laecips_edge.core.on_the_way import OnTheWay


def test_no_more_than_the_bound() -> None:
    it = OnTheWay(2)
    assert [it.begin() for _ in range(3)] == [True, True, False]
    it.end()
    assert [it.begin(), it.begin()] == [True, False]


def test_waiting_until_there_are_none() -> None:
    it = OnTheWay(2)
    it.wait_until_none()
    it.begin()
    waiter = threading.Thread(target=it.wait_until_none)
    waiter.start()
    assert waiter.is_alive()
    it.end()
    waiter.join()
