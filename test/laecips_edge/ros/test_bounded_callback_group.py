"""A bound on callbacks at a time, and the moment at which none runs."""

import threading

from laecips_edge.ros.bounded_callback_group import BoundedCallbackGroup


def test_no_more_than_the_bound() -> None:
    group = BoundedCallbackGroup(2)
    assert [group.beginning_execution(None) for _ in range(3)] == [True, True, False]
    assert not group.can_execute(None)
    group.ending_execution(None)
    assert group.can_execute(None)
    group.running.most = 0
    assert not group.can_execute(None)
    assert not group.beginning_execution(None)


def test_waiting_until_none_runs() -> None:
    group = BoundedCallbackGroup(2)
    group.wait_until_idle()
    assert group.beginning_execution(None)
    waiter = threading.Thread(target=group.wait_until_idle)
    waiter.start()
    assert waiter.is_alive()
    group.ending_execution(None)
    waiter.join()
