"""How a robot is called that was given no name."""

import pytest
from laecips_edge.core.robot_name import usual_robot_name


@pytest.mark.parametrize(
    ("namespace", "host", "name"),
    [
        ("/", "walker", "walker"),
        ("/r1", "walker", "r1"),
        ("/plant/r1", "walker", "plant/r1"),
        ("/", "", "robot"),
    ],
)
def test_two_robots_do_not_share_a_name(namespace: str, host: str, name: str) -> None:
    assert usual_robot_name(namespace, host) == name
