"""Which live run an offline one is pinned by, and what it learns where it is to."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laecips_bringup.graph import graph
from laecips_bringup.offline_replay import OfflineOptions, run_offline
from laecips_bringup.played_bag import AS_THE_TRUTH
from laecips_cloud.class_scorers.semantic_network import SemanticNetwork
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.image.codecs import encode_jpeg, encode_png
from laecips_eval.bags import BagWriter, Legend, open_bag
from laecips_eval.reports.report import Report, ReportError, read_report, write_report
from laecips_eval.scoring.frame_log import FrameRow, checksum, read_rows
from trainer_robot import ColourFrames, write_source

ENGINE = {"engine": "onnxruntime"}


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    path = tmp_path / "bag"
    rng = np.random.default_rng(4)
    with BagWriter(path, legend=Legend(), rate_hz=10) as writer:
        for _ in range(3):
            writer.add(encode_jpeg(rng.integers(0, 256, (96, 128, 3), np.uint8), 90), None)
    return path


def test_pinned_by_the_live_run_beside_it(bag: Path, tiny_bundle: Bundle, tmp_path: Path) -> None:
    options = OfflineOptions(
        bag=bag, bundle=tiny_bundle.path, out=tmp_path / "out", edge={"policy": "spp", "delta": 0.9}
    )
    report, agreement = run_offline(options)
    assert agreement is None
    assert (report.setup.policy, report.setup.delta) == ("spp", 0.9)
    assert report.miou.published.dataset is None

    # An offline run in the place of a live one: it must agree with itself.
    live = tmp_path / "live"
    live.mkdir()
    (live / "report.json").write_bytes((options.out / "offline.json").read_bytes())
    (live / "frames.csv").write_bytes((options.out / "offline.csv").read_bytes())
    pinned = OfflineOptions(bag=bag, bundle=tiny_bundle.path, out=live, edge={})
    report, agreement = run_offline(pinned)
    assert agreement is not None
    assert agreement.complete
    assert (report.setup.policy, report.setup.delta) == ("spp", 0.9)

    frames = live / "frames.csv"
    frames.write_text(frames.read_text(encoding="utf-8").replace("True", "False"), encoding="utf-8")
    _, agreement = run_offline(pinned)
    assert agreement is not None
    assert len(agreement.decision) == 3

    # With settings of its own it is another experiment, which nothing is compared with.
    _, agreement = run_offline(
        OfflineOptions(bag=bag, bundle=tiny_bundle.path, out=live, edge={"policy": "edge"})
    )
    assert agreement is None


def test_a_teacher_answers_hard_frames_unless_a_live_run_had_none(
    bag: Path, tiny_bundle: Bundle, tiny_teacher: Path, tmp_path: Path
) -> None:
    def replayed(out: str, *, teacher: str = "", **options: Any) -> tuple[Report, list[FrameRow]]:
        folder = tmp_path / out
        edge = {"policy": "cloud"} if out != "live" else {}
        run = OfflineOptions(
            bag=bag, bundle=tiny_bundle.path, teacher=teacher, out=folder, edge=edge, **options
        )
        report, _ = run_offline(run)
        return report, read_rows(folder / "offline.csv")

    asking = ENGINE | graph.asking(str(tiny_teacher), engine="onnxruntime")
    report, asked = replayed("asked", teacher=str(tiny_teacher))
    assert report.setup.parameters["cloud"] == asking
    assert [row.source for row in asked] == ["cloud"] * 3
    network = SemanticNetwork(tiny_teacher, tiny_bundle.manifest.classes)
    for row, frame in zip(asked, open_bag(bag).frames(), strict=True):
        answer = network.scores(frame.rgb()).argmax(axis=0).astype(np.uint8)
        assert row.checksum == checksum(answer)
        assert row.checksum != row.checksum_now

    report, alone = replayed("alone")
    assert report.setup.parameters["cloud"] == ENGINE
    # A live run pins whether there was a teacher, unless one, or none, is asked for.
    live = tmp_path / "live"
    live.mkdir()
    for source, pinned in (("offline.json", "report.json"), ("offline.csv", "frames.csv")):
        (live / pinned).write_bytes((tmp_path / "alone" / source).read_bytes())
    _, rows = replayed("live", teacher=str(tiny_teacher))
    assert [row.checksum for row in rows] == [row.checksum for row in alone]
    report, _ = replayed("live", teacher=str(tiny_teacher), teacher_named=True)
    assert report.setup.parameters["cloud"] == asking


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"edge": {"seed": 1}}, "seed"),
        ({"edge": {}, "teacher_named": True}, "teacher"),
        ({"edge": {}, "params_file": "mine.yaml"}, "params_file"),
        ({"edge": {"seed": 1, "policy": "spp"}, "teacher_named": True}, "policy, seed, teacher"),
        ({"edge": {}, "source": Path("/frames")}, "train"),
    ],
)
def test_settings_beside_a_report_that_pins_them_are_refused(
    bag: Path, tiny_bundle: Bundle, tmp_path: Path, given: dict[str, Any], named: str
) -> None:
    live = tmp_path / "report.json"
    live.write_text(json.dumps({}), encoding="utf-8")
    options = OfflineOptions(bag=bag, bundle=tiny_bundle.path, out=tmp_path, live=live, **given)
    with pytest.raises(ValueError, match=rf"pins all settings by .*: leave out {named}$"):
        run_offline(options)


def test_a_parameter_file_is_heard_and_what_is_asked_for_lies_over_it(
    bag: Path, tiny_bundle: Bundle, tiny_teacher: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        "/**: {ros__parameters: {threads: 2}}\n"
        "edge: {ros__parameters: {policy: cloud, seed: 3, output_size: network, engine: auto}}\n"
        "cloud: {ros__parameters: {mask_generator: none, vote: {max_margin: 0.2}}}\n",
        encoding="utf-8",
    )
    report, _ = run_offline(
        OfflineOptions(
            bag=bag,
            bundle=tiny_bundle.path,
            teacher=str(tiny_teacher),
            out=tmp_path,
            edge={"seed": 4},
            params_file=str(mine),
        )
    )
    told = report.setup.parameters
    assert told["edge"] == ENGINE | AS_THE_TRUTH | {"threads": 2, "policy": "cloud", "seed": 4}
    assert told["cloud"] == graph.asking(str(tiny_teacher), engine="onnxruntime") | ENGINE | {
        "threads": 2,
        "mask_generator": "none",
        "vote.max_margin": 0.2,
    }
    assert report.setup.network.path == str(tiny_teacher)
    assert "trainer" not in told
    mine.write_text("cloud: {ros__parameters: {class_scorer: edge}}", encoding="utf-8")
    report, _ = run_offline(
        OfflineOptions(
            bag=bag,
            bundle=tiny_bundle.path,
            teacher=str(tiny_teacher),
            out=tmp_path,
            edge={},
            params_file=str(mine),
        )
    )
    assert report.setup.parameters["cloud"] == ENGINE | {"class_scorer": "edge"}
    assert report.setup.network is None


LEARNS = """
/**/edge: {ros__parameters: {policy: cloud}}
/**/trainer:
  ros__parameters:
    max_buffer: 4
    min_frames: 3
    calm_buffer: 0
    max_lessons: 4
    source_frames: 6
    training: {steps: 1, miner_steps: 1, min_confidence: 0.0}
"""


@pytest.fixture
def drive(tmp_path: Path, tiny_bundle: Bundle) -> Path:
    """Nine frames with truth, one a second."""
    path = tmp_path / "drive"
    manifest = tiny_bundle.manifest
    legend = Legend(classes=manifest.classes, palette=manifest.palette)
    with BagWriter(path, legend=legend, rate_hz=1) as writer:
        for frame in ColourFrames(9, seed=3):
            writer.add(encode_jpeg(frame.image, 90), encode_png(frame.label))
    return path


def test_a_run_that_learns(drive: Path, tiny_bundle: Bundle, tmp_path: Path) -> None:
    out, mine = tmp_path / "out", tmp_path / "mine.yaml"
    mine.write_text(LEARNS, encoding="utf-8")
    # What an older run has left is not gone on with.
    (out / "offline-library/versions/000009").mkdir(parents=True)
    (out / "offline-library/ledger.json").write_text("of an older run", encoding="utf-8")
    (out / "offline.sqlite").write_text("of an older run", encoding="utf-8")
    source = write_source(tmp_path / "source", 6)
    options = OfflineOptions(
        bag=drive,
        bundle=tiny_bundle.path,
        out=out,
        edge={},
        params_file=str(mine),
        source=source,
        train_takes_s=1.0,
    )
    report, agreement = run_offline(options)
    assert agreement is None
    assert read_report(out / "offline.json") == report
    told = report.setup.parameters["trainer"]
    assert (told["max_buffer"], told["training.steps"]) == (4, 1)
    assert told["training.batch"] == 2  # the shipped file's
    assert (told["source"], told["engine"]) == (str(source), "onnxruntime")

    # After frames 4 and 8 there are four new ones.
    assert [(u.version, u.trigger, u.samples) for u in report.updates] == [
        (2, "buffer", 4),
        (3, "buffer", 4),
    ]
    rows = read_rows(out / "offline.csv")
    for update, frame in zip(report.updates, (5, None), strict=True):
        assert update.train_s == 1.0
        assert update.frame == (frame if update.promoted else None)
        assert (update.transfer_s, update.bytes, update.swap_ms) == (None, None, None)
        assert update.gate
        folder = out / f"offline-library/versions/{update.version:06d}"
        manifest = Bundle.load(folder).manifest
        assert manifest.training["steps"] == manifest.training["miner_steps"] == 1
        assert manifest.gate["promoted"] is update.promoted
    assert (out / "offline.sqlite").is_file()
    assert not (out / "offline-library/versions/000009").exists()
    swapped = 2 if report.updates[0].promoted else 1
    assert [row.version for row in rows] == [1] * 5 + [swapped] * 4
    # All frames are known of f without training, too.
    assert all(row.iou_untrained is not None for row in rows)
    assert report.miou.edge_untrained.dataset is not None


@pytest.mark.parametrize(
    "parameters",
    [
        {"edge": {"latency_budget_s": 0.2}, "cloud": {}},
        {"edge": {"upload_budget": 0.3}, "cloud": {}},
        {"edge": {}, "cloud": {}, "trainer": {"max_buffer": 10}},
    ],
    ids=["latency budget", "upload budget", "trainer"],
)
def test_a_live_run_that_depended_on_time_is_not_compared_with(
    bag: Path, tiny_bundle: Bundle, tmp_path: Path, parameters: dict[str, Any]
) -> None:
    options = OfflineOptions(bag=bag, bundle=tiny_bundle.path, out=tmp_path / "out", edge={})
    report, _ = run_offline(options)
    assert report.setup.parameters == {"edge": ENGINE | AS_THE_TRUTH, "cloud": ENGINE}
    live = options.out / "report.json"
    setup = report.setup.model_copy(update={"parameters": parameters})
    write_report(live, report.model_copy(update={"setup": setup}))
    live.with_name("frames.csv").write_bytes((options.out / "offline.csv").read_bytes())
    again, agreement = run_offline(options)
    assert agreement is None
    assert again.setup.parameters == report.setup.parameters
    with pytest.raises(ReportError, match=r"/report.json: its robot has learnt, or held a budget"):
        run_offline(replace(options, live=live))
