"""An edge node under a latency budget, with a real cloud: delta goes where the budget allows."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from cloud_robot import cloud_process
from diagnostic_msgs.msg import DiagnosticStatus
from edge_robot import Cloud, Robot
from laecips_edge.core.bundle.bundle import Bundle
from processes import Peer, RosProcess, until

from laecips_msgs.msg import Segmentation

pytestmark = pytest.mark.system

EDGE = "laecips_edge.edge_node"
AMPLE = 30.0
"""A budget that every answer keeps, on a busy machine too: all frames may go up."""


@pytest.fixture(scope="module")
def start(
    domain: int, peer: Peer, tiny_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., RosProcess]:
    """Starts an edge node in a namespace."""

    def it(namespace: str, **parameters: object) -> RosProcess:
        given = {
            "bundle": tiny_bundle.path,
            "model_store": tmp_path_factory.mktemp("models"),
            "audit_rate": 0.3,  # audits tell what a hard frame takes, where there is none
            "deadline_s": 20.0,
            "first_retry_s": 0.1,
        }
        arguments = ["-r", f"__ns:={namespace}"]
        return RosProcess(EDGE, domain, parameters=given | parameters, arguments=arguments)

    return it


@pytest.fixture(scope="module")
def steered(
    domain: int,
    peer: Peer,
    tiny_bundle: Bundle,
    start: Callable[..., RosProcess],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Robot]:
    """A robot with an ample budget, whose cloud is there."""
    buffer = tmp_path_factory.mktemp("cloud") / "replay.sqlite"
    cloud = cloud_process(domain, bundles=[tiny_bundle.path], buffer_path=buffer)
    with cloud, start("/", latency_budget_s=AMPLE) as process:
        robot = Robot(peer, process)
        robot.wait_until_active()
        until(lambda: peer.state("/cloud") == "active", process=cloud)
        yield robot


def pictures() -> Iterator[np.ndarray]:
    """Blocks; each is another one, and h says something else of it."""
    rng = np.random.default_rng(0)
    while True:
        blocks = rng.integers(0, 256, (6, 8, 3), np.uint8)
        yield blocks.repeat(16, axis=0).repeat(16, axis=1)


def test_more_goes_up_than_delta_alone_would_send(steered: Robot, tiny_bundle: Bundle) -> None:
    delta, picture = tiny_bundle.manifest.delta, pictures()
    answers: list[Segmentation] = []

    def gone_up_although_above() -> bool:
        """One after the other: each frame is answered before the next one comes."""
        answers.append(steered.answer(steered.send_rgb(next(picture))))
        return answers[-1].source == Segmentation.CLOUD and answers[-1].confidence > delta

    until(gone_up_although_above, timeout=120.0, process=steered.process, what="a raised delta")
    # Every frame keeps to the threshold of its time.
    for answer in answers:
        assert answer.hard is (not answer.confidence > answer.delta)
    assert answers[-1].delta > delta
    assert any(answer.source == Segmentation.EDGE for answer in answers)

    def share() -> float:
        values = {pair.key: pair.value for pair in steered.health().values}
        return float(values.get("hard_share", 0.0))

    until(lambda: share() > 0.6, process=steered.process, what="the share in the diagnostics")
    assert steered.health().level == DiagnosticStatus.OK


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("delta", 0.25, "0.25: latency_budget_s steers delta; leave it at -1"),
        ("delta", 0.0, "0: latency_budget_s steers delta"),
        ("latency_budget_s", 0.0, "changes only while the node is unconfigured"),
        ("most_hard", 0.5, "changes only while the node is unconfigured"),
    ],
)
def test_by_hand_nothing_is_changed_while_it_is_steered(
    steered: Robot, name: str, value: float, reason: str
) -> None:
    before = steered.peer.get_parameter(steered.node, name)
    (result,) = steered.peer.set_parameters(steered.node, {name: value})
    assert not result.successful
    assert reason in result.reason
    assert steered.peer.get_parameter(steered.node, name) == before
    steered.set(delta=-1.0)  # its own is no change


def test_a_budget_below_what_the_robot_alone_takes_is_told(
    start: Callable[..., RosProcess], domain: int, peer: Peer
) -> None:
    with (
        Cloud(domain, "/tight/segment_hard_frame"),
        start("/tight", latency_budget_s=0.0001) as process,
    ):
        robot = Robot(peer, process, namespace="/tight")
        robot.wait_until_active()
        picture = pictures()

        def told() -> bool:
            robot.answer(robot.send_rgb(next(picture)))
            return "latency_budget_s is less than the robot alone takes" in robot.health().message

        until(told, timeout=120.0, process=process, what="the budget in the diagnostics")
        assert robot.health().level == DiagnosticStatus.WARN


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"policy": "edge"}, "parameter latency_budget_s is 0.5: policy edge has no threshold"),
        ({"policy": "cloud"}, "parameter latency_budget_s is 0.5: policy cloud has no threshold"),
        ({"delta": 0.25}, "parameters delta and latency_budget_s are 0.25 and 0.5: give one"),
    ],
)
def test_what_cannot_be_steered_is_told_in_one_line(
    start: Callable[..., RosProcess], parameters: dict[str, object], message: str
) -> None:
    with start("/wrong", latency_budget_s=0.5, **parameters) as process:
        until(lambda: "configure failed" in process.log(), process=process)
        (line,) = [text for text in process.log().splitlines() if "configure failed" in text]
        assert message in line
        assert "Traceback" not in process.log()
        assert process.ended() is None
