"""`laecips replay --train`: player, edge, cloud and trainer together, as processes.

What the gate says of the toy is its own business: both verdicts are good here.
"""

import json
import signal
from pathlib import Path
from typing import Any

import psutil
import pytest
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image.codecs import encode_jpeg, encode_png
from laecips_edge.core.update.store_state import BASE, MEMORY
from laecips_eval.bags import BagWriter, Legend, Segment
from laecips_eval.bags.result_bag import message_types
from laecips_eval.reports.report import Report, read_report
from laecips_eval.scoring.frame_log import FrameRow, read_rows
from processes import until
from replaying import Run, replay, replaying
from rosbags.rosbag2 import Reader
from trainer_robot import PATIENCE_S, ColourFrames, gone, write_source

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

TOY = """
/**/edge: {ros__parameters: {policy: cloud, deadline_s: 20.0}}
/**/trainer:
  ros__parameters:
    max_buffer: 8
    min_frames: 4
    calm_buffer: 0
    max_lessons: 8
    source_frames: 6
    nice: 1
    training:
      steps: 10
      learning_rate: 0.002
      mix: 1.0
      min_confidence: 0.0
      miner_steps: 2
      max_source_loss: 1.0
      max_class_loss: 1.0
"""


def draw_bag(path: Path, bundle: Bundle, *, frames: int, rate_hz: float) -> Path:
    """Coloured blocks with truth, the same twenty again and again."""
    manifest = bundle.manifest
    legend = Legend(
        classes=manifest.classes,
        palette=manifest.palette,
        segments=[Segment("all", 0, frames)],
    )
    drawn = [(encode_jpeg(f.image, 90), encode_png(f.label)) for f in ColourFrames(20, seed=11)]
    with BagWriter(path, legend=legend, rate_hz=rate_hz) as writer:
        for index in range(frames):
            writer.add(*drawn[index % len(drawn)])
    return path


@pytest.fixture
def given(tiny_bundle: Bundle, tiny_teacher: Path, tmp_path: Path) -> list[object]:
    """Arguments: the cloud asks a network that says something else than f."""
    mine = tmp_path / "mine.yaml"
    mine.write_text(TOY, encoding="utf-8")
    source = write_source(tmp_path / "source", 6)
    return [
        *("--bundle", tiny_bundle.path, "--teacher", tiny_teacher, "--params-file", mine),
        *("--train", "--source", source),
    ]


def entries(out: Path) -> dict[int, dict[str, Any]]:
    """Versions in the trainer's ledger that were judged, by number."""
    file = out / "library/ledger.json"
    if not file.is_file():
        return {}
    found = json.loads(file.read_text(encoding="utf-8"))["entries"].items()
    return {
        int(number): entry
        for number, entry in found
        if entry["parent"] and entry["fate"] != "training"
    }


def has_moved(run: Run) -> bool:
    """Whether a robot has decided about an update: it runs it, or has said that it never will."""
    files = list((run.out / "models").rglob(MEMORY))
    memories = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return any(memory["running"] not in (None, BASE) or memory["bars"] for memory in memories)


def checked(out: Path) -> tuple[Report, list[FrameRow]]:
    """Report and frame log of a run, after what holds for every run that learns."""
    report, rows = read_report(out / "report.json"), read_rows(out / "frames.csv")
    judged = entries(out)
    assert [update.version for update in report.updates] == sorted(judged)
    for update in report.updates:
        entry = judged[update.version]
        assert update.promoted is (entry["fate"] != "refused")
        assert (update.gate, update.trigger) == (entry["reason"], "buffer")
        assert update.samples == 8
        assert update.train_s > 0
        first = [row.index for row in rows if row.version == update.version][:1]
        assert update.frame == (first[0] if first else None)
        if first:
            assert update.bytes > 0
            assert update.frames_lost == 0
    assert report.dropped.transport == 0
    assert report.frames == len(rows) == report.answered.total + report.dropped.total
    assert set(report.processes) == {"edge", "cloud", "player", "trainer", "runner"}
    assert report.setup.parameters["trainer"]["max_buffer"] == 8
    # Known of every frame that f has answered, whatever version that was.
    assert all(row.trust_untrained is not None for row in rows if row.checksum_now)
    assert report.miou.edge_untrained.dataset is not None
    assert "<html" in (out / "report.html").read_text(encoding="utf-8")
    return report, rows


def test_a_run_goes_to_its_end_with_a_trainer_beside_it(
    given: list[object], tiny_bundle: Bundle, tmp_path: Path
) -> None:
    bag = draw_bag(tmp_path / "bag", tiny_bundle, frames=20, rate_hz=10)
    out = tmp_path / "out"
    # Of an older run; its trainer would go on from there.
    leftovers = ("library/versions/000007/f.npz", "models/000007/f.npz", "library/ledger.json")
    for name in (*leftovers, "parameters/edge.yaml"):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text("of an older run", encoding="utf-8")
    status, output = replay(bag, *given, out=out)
    assert status == 0, output
    assert "trainer is active" in output
    assert not (out / "library/versions/000007").exists()
    assert not (out / "models/000007").exists()
    report, _ = checked(out)
    assert (report.complete, report.frames) == (True, 20)
    assert report.answered.edge_fallback + report.answered.cloud > 0
    assert "Traceback" not in (out / "logs/trainer.log").read_text(encoding="utf-8")


def test_trainer_killed(given: list[object], tiny_bundle: Bundle, tmp_path: Path) -> None:
    """Nothing on the robot waits for it; its worker ends with it."""
    bag = draw_bag(tmp_path / "bag", tiny_bundle, frames=30, rate_hz=10)
    out = tmp_path / "out"
    with replaying(bag, *given, "--no-result-bag", out=out) as run:
        until(lambda: run.answered_by_cloud() > 1, what="answers of the cloud")
        trainer = run.node("trainer_node")
        assert trainer is not None
        workers = trainer.children(recursive=True)
        trainer.kill()
        status, output = run.end()
    assert status == 0, output
    assert output.count("trainer was ended by SIGKILL") == 1
    report, _ = checked(out)
    assert (report.complete, report.frames) == (True, 30)
    until(lambda: all(gone(worker.pid) for worker in workers), what="the end of its worker")


def test_a_robot_learns_while_it_works(
    given: list[object], tiny_bundle: Bundle, tmp_path: Path
) -> None:
    """As slow as a training wants: stopped once an update was judged, taken, and put to work."""
    bag = draw_bag(tmp_path / "bag", tiny_bundle, frames=1000, rate_hz=4)
    out = tmp_path / "out"
    with replaying(bag, *given, out=out) as run:

        def alive() -> bool:
            assert run.process.poll() is None, run.end()[1]
            return True

        until(lambda: alive() and entries(out), timeout=PATIENCE_S, what="a verdict")
        if entries(out)[2]["fate"] == "promoted":
            until(lambda: alive() and has_moved(run), what="the robot's word on version 2")
        before = run.answered_by_cloud()
        until(lambda: run.answered_by_cloud() > before + 2, what="frames after that")
        nodes = psutil.Process(run.process.pid).children(recursive=True)
        run.process.send_signal(signal.SIGINT)
        status, output = run.end()
    assert status == 130, output
    assert not any(node.is_running() for node in nodes)
    report, rows = checked(out)
    assert report.complete is False
    assert 2 in entries(out)
    versions = [row.version for row in rows if row.version is not None]
    assert versions[0] == 1
    promoted = [update for update in report.updates if update.promoted]
    taken = [update for update in promoted if update.frame is not None]
    assert (taken != []) is (set(versions) != {1})
    assert report.bytes.model >= sum(update.bytes for update in taken)
    if taken:
        assert taken[0].swap_ms >= 0
        assert taken[0].transfer_s > 0
    told = read_topic(out / "result.mcap", "/model_report")
    assert {message.version for message in told} >= {update.version for update in taken}
    assert read_topic(out / "result.mcap", "/trainer/status")[-1].last_version >= 2


def read_topic(path: Path, topic: str) -> list[Any]:
    """The messages of a topic of a result bag."""
    types = message_types()
    with Reader(path) as reader:
        return [
            types.deserialize_cdr(data, connection.msgtype)
            for connection, _, data in reader.messages()
            if connection.topic == topic
        ]
