"""Model updates on a running edge node: pairs are exchanged while frames are played."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from edge_robot import Cloud, Robot
from laecips_edge.core.bundle.bundle import Bundle, ranges_file
from laecips_edge.core.inference.segmenter import Segmenter
from made_bundles import nudged, size, variant
from model_server import ModelServer
from processes import Peer, until
from updated_robot import WATCHED, Player, kept, picture, start

from laecips_msgs.msg import ModelReport, Segmentation

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def versions(tiny_bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Bundle]:
    """Versions 2 to 6: the tiny bundle after small steps, each with a delta of its own.

    All have the same ranges for int8, which the tiny bundle lacks.
    """
    folder = tmp_path_factory.mktemp("versions")
    return {
        version: variant(
            tiny_bundle,
            folder / str(version),
            version,
            weights_f=nudged(tiny_bundle.weights("f"), seed=version),
            int8_file=ranges_file({"logits.conv.weight": (0.0, 8.0)}),
            delta=0.5 + version / 1000,
            thresholds=tiny_bundle.manifest.thresholds | {"laecips": 0.5 + version / 1000},
        )
        for version in range(2, 7)
    }


@pytest.fixture(scope="module")
def ordinary(
    domain: int,
    peer: Peer,
    tiny_bundle: Bundle,
    versions: dict[int, Bundle],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Robot, Player, ModelServer, Path]]:
    """A robot that has exchanged its pair three times while frames were played."""
    store = tmp_path_factory.mktemp("ordinary")
    with (
        start(domain, tiny_bundle, store, "/ordinary") as process,
        ModelServer(domain, "/ordinary") as server,
    ):
        robot = Robot(peer, process, namespace="/ordinary")
        robot.wait_until_active()
        player = Player(robot)
        player.play(WATCHED)
        for version in (2, 3, 4):
            server.offer(versions[version])
            player.play_until(lambda v=version: player.versions[-1] == v, f"version {version}")
            player.play_until_kept(version)
        yield robot, player, server, store


def test_three_updates_in_a_row_lose_no_frame(
    ordinary: tuple[Robot, Player, ModelServer, Path],
) -> None:
    robot, player, server, _ = ordinary
    player.check_that_none_is_lost()
    assert player.versions == sorted(player.versions)
    assert set(player.versions) == {1, 2, 3, 4}
    for version in (2, 3, 4):
        report = server.report(version, ModelReport.SWAPPED, robot.process)
        assert (report.running, report.reason, report.robot) == (version, "", "robot")
        assert report.frames_lost == 0
        assert report.swap_ms < 50
        assert report.transfer_s > 0
    assert [report.outcome for report in server.reports] == [ModelReport.SWAPPED] * 3


def test_only_what_the_robot_lacks_is_fetched(
    ordinary: tuple[Robot, Player, ModelServer, Path], versions: dict[int, Bundle]
) -> None:
    _, _, server, store = ordinary
    files = {(request.version, request.file) for request in server.requests}
    # The agreement frames have each version's own answers.
    assert {file for _, file in files} == {
        "manifest.json",
        "weights.safetensors",
        "agreement.safetensors",
        "int8.safetensors",
    }
    assert {version for version, file in files if file == "int8.safetensors"} == {2}
    assert len(list(store.rglob("slots/*/int8.safetensors"))) == 2  # of versions 3 and 4
    fetched = {report.version: report.bytes for report in server.reports}
    here = ("graph_f.onnx", "graph_h.onnx", "pictures.safetensors")  # those of the base
    assert fetched[2] == size(versions[2]) - sum(
        (versions[2].path / name).stat().st_size for name in here
    )


def test_answers_threshold_and_status_are_the_new_pairs(
    ordinary: tuple[Robot, Player, ModelServer, Path], versions: dict[int, Bundle]
) -> None:
    robot, _, _, store = ordinary
    rgb = picture(77)
    answer = robot.answer(robot.send_rgb(rgb))
    segmenter = Segmenter(versions[4])
    expected = segmenter.trust(segmenter.predict(rgb).logits)
    assert answer.confidence == pytest.approx(expected, abs=1e-6)
    assert answer.delta == pytest.approx(0.504)
    status = robot.settled()
    assert (status.bundle_version, status.delta) == (4, pytest.approx(0.504))
    assert kept(store, versions[4]) == [3, 4]


def test_what_is_on_its_way_keeps_the_version_that_looked_at_it(
    domain: int,
    ordinary: tuple[Robot, Player, ModelServer, Path],
    versions: dict[int, Bundle],
) -> None:
    robot, player, server, _ = ordinary
    with Cloud(domain, "/ordinary/segment_hard_frame") as cloud:
        robot.set(delta=1.0)  # everything is hard
        until(
            lambda: robot.answer(robot.send_rgb(picture(0))).source == Segmentation.CLOUD,
            process=robot.process,
        )
        cloud.gate.clear()
        cloud.requests.clear()
        header = robot.send_rgb(picture(1))
        until(lambda: cloud.requests, process=robot.process)
        server.offer(versions[5])
        server.report(5, ModelReport.SWAPPED, robot.process)
        cloud.gate.set()
        answer = robot.answer(header)
        assert (answer.source, answer.bundle_version) == (Segmentation.CLOUD, 4)
        assert cloud.requests[0].bundle_version == 4
        robot.answer(robot.send_rgb(picture(2)))
        assert cloud.requests[-1].bundle_version == 5
        robot.set(delta=-1.0)
    player.play_until_kept(5)
    assert robot.answer(robot.send_rgb(picture(3))).delta == pytest.approx(0.505)
