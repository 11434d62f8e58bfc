"""What a robot keeps of model updates: across restarts, kills, roll-backs and operators' orders."""

import itertools
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from edge_robot import Robot
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.update.slots import read_slots, store_folder
from made_bundles import nudged, one_class, variant
from model_server import ModelServer, Request, Response
from processes import Peer, RosProcess, until
from updated_robot import Player, kept, start

from laecips_msgs.msg import ModelReport
from laecips_msgs.srv import Adapt

pytestmark = pytest.mark.system

NAMES = itertools.count()
Run = Callable[..., tuple[Robot, Player]]
"""Starts an edge node on the test's store: `run(**parameters)`."""


class Place:
    """A namespace and a model store of one test's own.

    Args:
        domain: ROS domain.
        peer: the test's node.
        bundle: version 1.
        store: folder of the model store.
    """

    def __init__(self, domain: int, peer: Peer, bundle: Bundle, store: Path) -> None:
        self.domain = domain
        self.peer = peer
        self.bundle = bundle
        self.store = store
        self.namespace = f"/kept_{next(NAMES)}"
        self.folder = store_folder(store, robot="robot", manifest=bundle.manifest)

    def start(self, **parameters: object) -> RosProcess:
        """An edge node's process."""
        return start(self.domain, self.bundle, self.store, self.namespace, **parameters)

    def robot(self, process: RosProcess) -> Robot:
        """The robot of a process, once it answers."""
        robot = Robot(self.peer, process, namespace=self.namespace)
        robot.wait_until_active()
        return robot

    def server(self) -> ModelServer:
        """A trainer."""
        return ModelServer(self.domain, self.namespace)

    def order(self, command: int, version: int = 0) -> Adapt.Response:
        """Call `~/adapt`."""
        request = Adapt.Request(command=command, version=version)
        return self.peer.call(Adapt, f"{self.namespace}/edge/adapt", request)


@pytest.fixture
def place(domain: int, peer: Peer, tiny_bundle: Bundle, tmp_path: Path) -> Place:
    return Place(domain, peer, tiny_bundle, tmp_path / "store")


@pytest.fixture(scope="module")
def versions(tiny_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Bundle]:
    """Versions 2 and 3: after small steps."""
    folder = tmp_path_factory.mktemp("versions")
    return {
        version: variant(
            tiny_bundle,
            folder / str(version),
            version,
            weights_f=nudged(tiny_bundle.weights("f"), seed=version),
        )
        for version in (2, 3)
    }


@pytest.fixture(scope="module")
def bad(tiny_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """Version 4: passes every test, and says one class everywhere."""
    folder = tmp_path_factory.mktemp("bad")
    return variant(tiny_bundle, folder / "4", 4, weights_f=one_class(tiny_bundle))


def swapped(server: ModelServer, player: Player, robot: Robot, *bundles: Bundle) -> None:
    """Offer bundles one after the other, and play until each is kept."""
    for bundle in bundles:
        version = bundle.manifest.version
        server.offer(bundle)
        server.report(version, ModelReport.SWAPPED, robot.process)
        player.play_until_kept(version)


def test_a_pair_that_does_harm_is_rolled_back_for_good(
    place: Place, versions: dict[int, Bundle], bad: Bundle
) -> None:
    with place.server() as server:
        with place.start() as process:
            robot = place.robot(process)
            player = Player(robot)
            player.play(15)
            swapped(server, player, robot, versions[2])
            server.offer(bad)
            server.report(4, ModelReport.SWAPPED, process)
            player.play_until(lambda: len(server.reports) == 3, "a roll-back")
            report = server.report(4, ModelReport.ROLLED_BACK, process)
            assert report.running == 2
            assert "names one class only" in report.reason
            assert player.play() == 2
            player.check_that_none_is_lost()
            assert set(player.versions) == {1, 2, 4}
            assert kept(place.store, place.bundle) == [2]
            server.offer(bad, ordered=True)
            assert "rolled back here before" in server.report(4, 1, process).reason
            # Updates go on.
            swapped(server, player, robot, variant(versions[3], place.store / "5", 5))
        with place.start() as process:
            robot = place.robot(process)
            assert Player(robot).play() == 5
            server.reports.clear()
            server.offer(bad)
            assert "rolled back here before" in server.report(4, 1, process).reason


def test_a_start_takes_the_newest_good_bundle_of_the_store(
    place: Place, versions: dict[int, Bundle]
) -> None:
    with place.server() as server, place.start() as process:
        robot = place.robot(process)
        swapped(server, Player(robot), robot, versions[2], versions[3])
    with place.start() as process:
        assert Player(place.robot(process)).play() == 3
        assert "version 3 of the model store runs" in process.log()
    newest = next(slot for slot in read_slots(place.folder) if slot.version == 3)
    weights = newest.path / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    with place.start() as process:
        assert Player(place.robot(process)).play() == 2
        assert "version 3 of the model store is skipped: " in process.log()
        assert "weights.safetensors: sha256 is" in process.log()
    with place.start(robot="another") as process:
        assert Player(place.robot(process)).play() == 1


def test_a_store_that_is_in_use_is_left_alone(place: Place) -> None:
    with place.start() as first:
        until(lambda: "listening for" in first.log(), process=first)
        with place.start() as second:
            until(lambda: "listening for" in second.log(), process=second)
            assert "model updates are not followed: " in second.log()
            assert "is in use: give each robot a name of its own" in second.log()


def test_an_operator_goes_back_pins_and_pauses(
    place: Place, versions: dict[int, Bundle], bad: Bundle
) -> None:
    with place.server() as server:
        with place.start() as process:
            robot = place.robot(process)
            player = Player(robot)
            answer = place.order(Adapt.Request.ROLL_BACK)
            assert (answer.success, answer.version) == (False, 1)
            assert answer.message == "no version before 1 is kept here, only 1"
            swapped(server, player, robot, versions[2], versions[3])

            answer = place.order(Adapt.Request.ROLL_BACK)
            assert (answer.success, answer.message, answer.version) == (True, "version 2 runs", 2)
            assert player.play() == 2
            answer = place.order(Adapt.Request.ROLL_BACK, 3)
            assert (answer.success, answer.version) == (True, 3)
            assert player.play() == 3
            answer = place.order(Adapt.Request.ROLL_BACK, 7)
            assert answer.message == "no version 7 is kept here, only 3, 2, 1"

            answer = place.order(Adapt.Request.PIN, 2)
            assert (answer.success, answer.version) == (True, 2)
            server.offer(variant(versions[3], place.store / "5", 5))
            report = server.report(5, ModelReport.FAILED, process)
            assert report.reason == "this robot is pinned to version 2"
        with place.start() as process:
            robot = place.robot(process)
            player = Player(robot)
            assert player.play() == 2
            answer = place.order(Adapt.Request.PAUSE)
            assert (answer.success, answer.message) == (True, "updates are paused until resumed")
            assert robot.peer.get_parameter(robot.node, "adapt") is False
            assert place.order(Adapt.Request.UNPIN).success
            server.report(5, ModelReport.FAILED, process)
            until(
                lambda: "updates are paused on this robot" in server.reports[-1].reason,
                process=process,
            )
            assert not place.order(Adapt.Request.TRAIN_NOW).success
            assert place.order(Adapt.Request.RESUME).success
            server.report(5, ModelReport.SWAPPED, process)
            player.play_until_kept(5)
            # The fleet's operator goes back: robots follow.
            server.offer(versions[2], ordered=True)
            server.report(2, ModelReport.SWAPPED, process)
            player.play_until_kept(2)
            player.check_that_none_is_lost()
            robot.peer.change_state(robot.node, "deactivate")
            answer = place.order(Adapt.Request.ROLL_BACK)
            assert answer.message == "the node is not active: activate it first"


@pytest.fixture
def half(place: Place, versions: dict[int, Bundle]) -> Iterator[tuple[ModelServer, int]]:
    """A trainer that serves half of version 2's weights, and where it ends."""
    end = 5 * 65_536
    with place.server() as server:

        def reply(request: Request) -> Response:
            if request.offset >= end:
                return Response(status=Response.UNAVAILABLE, message="going down")
            return server.good(request)

        server.reply = reply
        server.offer(versions[2])
        yield server, end


def test_a_robot_that_is_killed_goes_on_where_it_was(
    place: Place, half: tuple[ModelServer, int]
) -> None:
    server, end = half
    with place.start() as process:
        server.report(2, ModelReport.FAILED, process)
        process.stop(signal.SIGKILL)
    server.requests.clear()
    server.reply = server.good
    with place.start() as process:
        server.report(2, ModelReport.SWAPPED, process)
        offsets = [r.offset for r in server.requests if r.file == "weights.safetensors"]
        assert min(offsets) == end
        assert Player(place.robot(process)).play() == 2


def test_a_trainer_that_goes_away_is_waited_for(place: Place, versions: dict[int, Bundle]) -> None:
    with place.start(update_rate_limit=400_000) as process:
        robot = place.robot(process)
        player = Player(robot)
        with place.server() as server:
            server.offer(versions[2])
            until(lambda: len(server.requests) > 5, process=process, what="some pieces")
        player.play(5)
        with place.server() as second:
            second.bundles[2] = versions[2]  # and no offer: the robot remembers
            until(lambda: second.requests, process=process)
            second.report(2, ModelReport.SWAPPED, process)
            assert second.requests[0].offset > 0
        player.play_until_kept(2)
        player.check_that_none_is_lost()
