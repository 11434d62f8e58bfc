"""`laecips replay` end to end: real processes, and what is left when one of them dies."""

import signal
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest
from laecips_edge.cli import main
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.findings.finding_archive import read_archive
from laecips_edge.core.image.codecs import encode_jpeg, encode_png
from laecips_eval.bags import BagWriter, Legend, Segment
from laecips_eval.bags.result_bag import message_types
from laecips_eval.reports.report import Report, read_report
from laecips_eval.scoring.frame_log import read_rows
from processes import until
from replaying import replay, replaying
from rosbags.rosbag2 import Reader

pytestmark = pytest.mark.system

FRAMES = 30


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Bundle) -> Path:
    """Pictures of coloured blocks with truth for the bundle's classes: 10 Hz, two segments."""
    path = tmp_path_factory.mktemp("bags") / "blocks"
    rng = np.random.default_rng(2)
    manifest = tiny_bundle.manifest
    half = FRAMES // 2
    legend = Legend(
        classes=manifest.classes,
        palette=manifest.palette,
        segments=[Segment("first", 0, half), Segment("second", half, FRAMES)],
    )
    with BagWriter(path, legend=legend, rate_hz=10) as writer:
        for _ in range(FRAMES):
            blocks = rng.integers(0, 256, (6, 8, 3), np.uint8)
            picture = blocks.repeat(16, axis=0).repeat(16, axis=1)
            writer.add(encode_jpeg(picture, 90), encode_png(picture[:, :, 0] // 64))
    return path


def assert_sums_hold(report: Report, frames: int = FRAMES, *, torn: int = 0) -> None:
    """Of `torn` frames at most there may be a segmentation without its label map."""
    answered, dropped = report.answered, report.dropped
    assert report.frames == frames == answered.total + dropped.total
    assert 0 <= report.wanted - answered.cloud - answered.edge_fallback <= torn
    assert report.cur == report.sent / frames
    assert {"edge", "cloud", "player", "runner"} == set(report.processes)


@pytest.fixture(scope="module")
def live(
    tmp_path_factory: pytest.TempPathFactory, bag: Path, tiny_bundle: Bundle
) -> tuple[Path, str]:
    """Folder and output of a live run with findings."""
    out = tmp_path_factory.mktemp("live")
    mine = tmp_path_factory.mktemp("mine") / "findings.yaml"
    findings = "{classes: [part, scratch], confirm: 1, looks: 1, forget: 1}"
    mine.write_text(f"/**/edge: {{ros__parameters: {{findings: {findings}}}}}", encoding="utf-8")
    arguments = (bag, "--bundle", tiny_bundle.path, "--params-file", mine)
    status, output = replay(*arguments, out=out)
    assert status == 0, output
    return out, output


def test_the_report_of_a_run(live: tuple[Path, str], bag: Path) -> None:
    out, output = live
    report = read_report(out / "report.json")
    assert_sums_hold(report)
    assert report.dropped.transport == 0
    assert report.answered.edge > 0
    assert report.answered.cloud > 0
    assert report.bytes.up > 0
    assert report.bytes.down > 0
    assert report.latency_ms.edge.p50 > 0
    assert report.latency_ms.cloud.p50 > report.latency_ms.edge.p50
    # f without training is nobody's question in a run that does not learn.
    assert report.updates == []
    for side in ("published", "edge_only"):
        assert 0 < getattr(report.miou, side).dataset < 1
        assert set(getattr(report.miou, side).per_class) == {"belt", "part", "screw", "scratch"}
    assert [segment.name for segment in report.segments] == ["first", "second"]
    assert sum(segment.frames for segment in report.segments) == FRAMES
    assert report.complete is True
    assert report.setup.delta == 0.5
    assert report.setup.parameters["cloud"]["mask_generator"] == "graph"
    assert report.processes["edge"].rss_mb_max > 10
    assert "edge is active" in output
    assert "trainer" not in output
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "laecips replay" in page
    assert f"--out {out}" in page
    assert f"{bag.name}: {FRAMES} frames" in output


def test_the_findings_of_a_run(live: tuple[Path, str]) -> None:
    out, output = live
    findings = read_report(out / "report.json").findings
    assert [it.name for it in findings] == ["part", "scratch"]
    assert all(it.published.true > 0 for it in findings)
    assert " finding " in output
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "<h2>Findings</h2>" in page
    assert "findings that the robot reported, evenly chosen" in page
    kept = read_archive(out / "findings").findings
    assert {it.finding.class_name for it in kept} <= {"part", "scratch"}
    assert all(it.closed and it.picture is not None for it in kept)
    shown = sum(it.published.shown for it in findings)
    assert (len(kept) > 0) == (shown > 0)


def test_all_logs_are_in_the_folder_of_the_run(live: tuple[Path, str]) -> None:
    out, _ = live
    assert not (out / "ros_home").exists()
    assert {"edge.log", "cloud.log", "player.log"} < {
        file.name for file in (out / "logs").iterdir()
    }


def test_the_result_bag_of_a_run(live: tuple[Path, str]) -> None:
    out, _ = live
    report = read_report(out / "report.json")
    types = message_types()
    read: dict[str, list] = {}
    with Reader(out / "result.mcap") as reader:
        for connection, _, data in reader.messages():
            message = types.deserialize_cdr(data, connection.msgtype)
            read.setdefault(connection.topic, []).append(message)
    answered = report.answered.total
    assert len(read["/edge/segmentation"]) == answered
    assert len(read["/edge/label_map"]) == answered
    assert len(read["/edge/overlay/compressed"]) == answered
    assert 0 < len(read["/edge/findings"]) <= answered + 1  # the last one closes what is open
    assert read["/edge/status"][-1].received == FRAMES
    assert read["/cloud/status"][-1].state == "active"
    overlay = cv2.imdecode(read["/edge/overlay/compressed"][0].data, cv2.IMREAD_COLOR)
    assert overlay.shape == (96, 128, 3)
    label_map = read["/edge/label_map"][0]
    assert (label_map.encoding, label_map.height, label_map.width) == ("mono8", 96, 128)


def test_offline_agrees_with_the_live_run(
    live: tuple[Path, str], bag: Path, tiny_bundle: Bundle
) -> None:
    out, _ = live
    arguments = (bag, "--bundle", tiny_bundle.path, "--offline")
    status, output = replay(*arguments, out=out)
    assert status == 0, output
    answered = read_report(out / "report.json").answered.total
    assert f"all {answered} frames that both answered agree in label map, h and decision" in output
    report = read_report(out / "offline.json")
    assert report.frames == report.answered.total == FRAMES
    assert report.answered.edge_fallback == 0
    assert all(row.checksum is not None for row in read_rows(out / "offline.csv"))


def test_cloud_killed(tmp_path: Path, bag: Path, tiny_bundle: Bundle) -> None:
    arguments = (bag, "--bundle", tiny_bundle.path, "--policy", "cloud", "--no-result-bag")
    with replaying(*arguments, out=tmp_path) as run:
        until(lambda: run.answered_by_cloud() > 1, what="answers of the cloud")
        cloud = run.node("cloud_node")
        assert cloud is not None
        cloud.kill()
        status, output = run.end()
    assert status == 0, output
    assert "cloud was ended by SIGKILL" in output
    report = read_report(tmp_path / "report.json")
    assert_sums_hold(report)
    assert report.answered.cloud > 0
    assert report.fallback.deadline + report.fallback.offline > 0
    assert report.dropped.transport == 0
    assert not (tmp_path / "result.mcap").exists()


def test_across_a_link_that_is_cut(tmp_path: Path, bag: Path, tiny_bundle: Bundle) -> None:
    arguments = (bag, "--bundle", tiny_bundle.path, "--policy", "cloud", "--no-result-bag")
    link = ("--link", "40mbit,1ms", "--cut", "1-1.5", "--rate", "0.5")
    status, output = replay(*arguments, *link, out=tmp_path)
    assert status == 0, output
    assert "behind a link of 40 Mbit/s, 2 ms round trip" in output
    assert "bridge is active" in output
    report = read_report(tmp_path / "report.json")
    assert report.frames == FRAMES == report.answered.total + report.dropped.total
    assert report.answered.cloud > 0
    assert {"bridge", "gateway"} < set(report.processes)
    assert report.link is not None
    (cut,) = report.link.cuts
    assert 0 < cut.start < cut.stop < FRAMES
    assert report.link.up.kinds["frames"] == report.bytes.up <= report.link.up.bytes
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "The link between robot and cloud" in page
    assert "the link was cut at 1 s of the run" in page


def test_edge_killed(tmp_path: Path, bag: Path, tiny_bundle: Bundle) -> None:
    with replaying(bag, "--bundle", tiny_bundle.path, out=tmp_path) as run:
        until(lambda: run.answered_by_cloud() > 0, what="answers of the cloud")
        edge = run.node("edge_node")
        assert edge is not None
        edge.kill()
        status, output = run.end()
    assert status == 2
    assert "laecips replay: edge was ended by SIGKILL; " in output
    assert "Traceback" not in output
    report = read_report(tmp_path / "report.json")
    assert 0 < report.frames < FRAMES
    assert_sums_hold(report, report.frames, torn=1)


def test_interrupted(tmp_path: Path, bag: Path, tiny_bundle: Bundle) -> None:
    arguments = (bag, "--bundle", tiny_bundle.path, "--policy", "cloud")
    with replaying(*arguments, out=tmp_path) as run:
        until(lambda: run.answered_by_cloud() > 0, what="answers of the cloud")
        nodes = psutil.Process(run.process.pid).children()
        run.process.send_signal(signal.SIGINT)
        status, output = run.end()
    assert status == 130, output
    assert len(nodes) == 3
    assert not any(node.is_running() for node in nodes)
    report = read_report(tmp_path / "report.json")
    assert 0 < report.frames < FRAMES
    assert_sums_hold(report, report.frames)
    assert report.complete is False
    assert report.dropped.transport == 0  # what was pending was answered
    assert f"{bag.name}: {report.frames} frames (stopped early)" in output
    assert f"{tmp_path}: report.html, report.json, frames.csv, logs/, result.mcap" in output
    with Reader(tmp_path / "result.mcap") as reader:
        assert reader.message_count > 0


def test_stopped_before_the_first_frame_the_last_results_stay(
    tmp_path: Path, bag: Path, tiny_bundle: Bundle
) -> None:
    kept = ("report.json", "frames.csv", "result.mcap")
    for name in kept:
        (tmp_path / name).write_text("the last run's", encoding="utf-8")
    with replaying(bag, "--bundle", tiny_bundle.path, out=tmp_path) as run:
        until(lambda: run.node("cloud_node"), what="the start of the nodes")
        run.process.send_signal(signal.SIGHUP)  # its terminal was closed
        status, output = run.end()
    assert status == 130, output
    assert output.strip().splitlines()[-1] == (
        f"stopped before the first frame; the last run's results in {tmp_path} are untouched "
        "(report.json, frames.csv, result.mcap)"
    )
    for name in kept:
        assert (tmp_path / name).read_text(encoding="utf-8") == "the last run's"


def test_a_full_disk(tmp_path: Path, bag: Path, tiny_bundle: Bundle) -> None:
    """The runner's own files cannot grow from the middle of the run on; the nodes' can."""
    with replaying(bag, "--bundle", tiny_bundle.path, out=tmp_path) as run:
        until(lambda: run.answered_by_cloud() > 0)
        psutil.Process(run.process.pid).rlimit(psutil.RLIMIT_FSIZE, (500, 500))
        status, output = run.end()
    assert status == 2
    assert "note: the result bag cannot be written (" in output
    assert f"{bag.name}: {FRAMES} frames" in output
    last = output.strip().splitlines()[-1]
    assert last.startswith(f"laecips replay: {tmp_path / 'frames.csv'} cannot be written: ")
    assert last.endswith(": free some space or choose another folder")
    written = ("report.json", "report.html", "result.mcap")
    assert not any((tmp_path / name).exists() for name in written)
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--image-topic", "/thermal"], "has no topic /thermal: it has /camera/classes"),
        (["--bundle", "/nowhere"], "/nowhere"),
        (["--rate", "0"], "--rate: 0.0 is out of range: give one from 0.01 to 100.0"),
        (["--compare", "report.json"], "--compare goes with --offline"),
        (["--offline", "--compare", "/nowhere.json"], "/nowhere.json"),
        (["--offline", "--policy", "sp"], "--policy: 'sp' is not known: use one of laecips, "),
        (["--link", "fast"], "--link: 'fast' is not a rate such as 4mbit"),
        (["--link", "4mbit", "--cut", "9-3"], "--cut 9-3: give two seconds of the run"),
        (["--cut", "1-2"], "--cut: there is no link to cut"),
        (["--delta", "7"], "--delta: 7.0 is neither in [0, 1] nor -1"),
        (["--params-file", "/nope.yaml"], "parameter file /nope.yaml is missing"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    tmp_path: Path,
    bag: Path,
    tiny_bundle: Bundle,
    capfd: pytest.CaptureFixture[str],
    arguments: Sequence[str],
    message: str,
) -> None:
    """Before any process is started."""
    bundle = [] if "--bundle" in arguments else ["--bundle", str(tiny_bundle.path)]
    out = tmp_path / "out"
    assert main(["replay", str(bag), *bundle, *arguments, "--out", str(out)]) == 2
    said = capfd.readouterr()
    (line,) = (said.out + said.err).strip().splitlines()
    assert line.startswith("laecips replay: ")
    assert message in line
    assert not out.exists()


def test_a_folder_that_is_a_file_is_named(tmp_path: Path, bag: Path, tiny_bundle: Bundle) -> None:
    status, output = replay(bag, "--bundle", tiny_bundle.path, out=bag / "metadata.yaml")
    assert status == 2
    assert output == f"laecips replay: --out {bag / 'metadata.yaml'} is a file: name a folder\n"


def test_a_parameter_that_cannot_be_ends_the_run_with_the_nodes_own_words(
    tmp_path: Path, bag: Path, tiny_bundle: Bundle
) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("/**/edge: {ros__parameters: {polcy: spp, engine: abacus}}", encoding="utf-8")
    arguments = (bag, "--bundle", tiny_bundle.path, "--params-file", mine)
    status, output = replay(*arguments, out=tmp_path / "out")
    assert status == 2
    assert "laecips replay: edge is unconfigured, not active: configure failed: " in output
    assert "'abacus' is not known" in output
    assert (
        f"note: {mine}: edge has no parameter polcy, it is ignored: did you mean policy?" in output
    )
