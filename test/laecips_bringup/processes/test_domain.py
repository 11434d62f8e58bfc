"""Two runs on one machine do not meet."""

import socket

import pytest
from laecips_bringup.processes import domain as module
from laecips_bringup.processes.domain import OwnDomain, is_in_use


@pytest.fixture(autouse=True)
def _far_from_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replays and nodes of tests that run meanwhile come and go at the upper end."""
    monkeypatch.setattr(module, "HIGHEST", 20)


def test_two_claims_differ_and_are_freed() -> None:
    with OwnDomain() as first, OwnDomain() as second:
        assert first.id != second.id
        assert first.environment["ROS_DOMAIN_ID"] == str(first.id)
        assert first.environment["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"
        taken = first.id
    with OwnDomain() as third:
        assert third.id == taken


def test_a_domain_that_somebody_else_uses_is_left_alone() -> None:
    with OwnDomain() as domain:
        free = domain.id
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as participant:
        participant.bind(("127.0.0.1", 7400 + 250 * free + 10))
        assert is_in_use(free)
        with OwnDomain() as domain:
            assert domain.id != free
