import pytest
from laecips_edge.ros import qos
from rclpy.qos import DurabilityPolicy, QoSCompatibility, ReliabilityPolicy, qos_check_compatible


@pytest.mark.parametrize(
    ("name", "policy"),
    [
        ("best_effort", ReliabilityPolicy.BEST_EFFORT),
        ("reliable", ReliabilityPolicy.RELIABLE),
        ("best_available", ReliabilityPolicy.BEST_AVAILABLE),
    ],
)
def test_reliability_by_name(name: str, policy: ReliabilityPolicy) -> None:
    profile = qos.sensor_data(name, depth=3)
    assert (profile.reliability, profile.depth) == (policy, 3)


def test_unknown_reliability_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="'besteffort' is not known: use one of best_effort"):
        qos.sensor_data("besteffort")


@pytest.mark.parametrize("publisher", [qos.reliable(), qos.latched()])
def test_every_sensor_reader_matches_what_is_published(publisher: object) -> None:
    for name in ("best_effort", "reliable"):
        compatibility, reason = qos_check_compatible(publisher, qos.sensor_data(name))
        assert compatibility != QoSCompatibility.ERROR, reason


def test_latched_reaches_later_readers() -> None:
    assert qos.latched().durability == DurabilityPolicy.TRANSIENT_LOCAL


RELIABLE, BEST_EFFORT = ReliabilityPolicy.RELIABLE, ReliabilityPolicy.BEST_EFFORT


@pytest.mark.parametrize(
    ("offered", "best"),
    [
        ([], "reliable"),
        ([RELIABLE], "reliable"),
        ([RELIABLE, BEST_EFFORT], "best_effort"),
        ([BEST_EFFORT], "best_effort"),
        ([ReliabilityPolicy.UNKNOWN], "best_effort"),
    ],
)
def test_what_gets_the_most(offered: list[ReliabilityPolicy], best: str) -> None:
    assert qos.best_available(offered) == best


def test_a_reliable_reader_hears_nothing_of_a_best_effort_publisher() -> None:
    publisher, reader = qos.sensor_data("best_effort"), qos.sensor_data("reliable")
    assert qos_check_compatible(publisher, reader)[0] == QoSCompatibility.ERROR
