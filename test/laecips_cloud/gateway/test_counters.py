"""What a gateway counts."""

from laecips_cloud.gateway.counters import NAMES, OF_A_ROBOT, GatewayCounters

from laecips_msgs.msg import GatewayStatus, RobotTraffic


def test_of_all_robots_and_of_each() -> None:
    now = [10.0]
    counters = GatewayCounters(clock=lambda: now[0])
    counters.hear("r2", "ipv4:10.0.0.2:5")
    counters.hear("r1", "ipv4:10.0.0.1:5")
    counters.add("r1", answered=1, bytes_up=100)
    counters.add("r2", over_quota=1, bytes_up=10)
    counters.add("r2", greetings=1)
    counters.add(not_admitted=1)
    now[0] = 12.5
    counters.hear("r1", "ipv4:10.0.0.1:6")
    r1, r2 = counters.robots()
    assert (r1["robot"], r1["peer"], r1["silent_s"]) == ("r1", "ipv4:10.0.0.1:6", 0.0)
    assert (r2["robot"], r2["peer"], r2["silent_s"]) == ("r2", "ipv4:10.0.0.2:5", 2.5)
    assert (r1["answered"], r1["bytes_up"], r1["over_quota"]) == (1, 100, 0)
    assert (r2["answered"], r2["bytes_up"], r2["over_quota"]) == (0, 10, 1)
    counted = {name: number for name, number in counters.counts().items() if number}
    assert counted == {
        "answered": 1,
        "bytes_up": 110,
        "over_quota": 1,
        "greetings": 1,
        "not_admitted": 1,
    }


def test_the_messages_have_every_counter() -> None:
    assert set(NAMES) < set(GatewayStatus.get_fields_and_field_types())
    fields = set(RobotTraffic.get_fields_and_field_types())
    assert {*OF_A_ROBOT, "robot", "peer", "silent_s", "in_flight"} == fields
