"""Which live run an offline one is pinned by."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laecips_bringup.replay_offline import OfflineOptions, run_offline
from laecips_cloud.class_scorers.semantic_network import SemanticNetwork
from laecips_edge.core.bundle import Bundle
from laecips_edge.core.codecs import encode_jpeg
from laecips_eval.bags import BagWriter, Legend, open_bag
from laecips_eval.reports.report import Report
from laecips_eval.scoring.frame_log import FrameRow, checksum, read_rows

from laecips_bringup import graph


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
    assert (report["setup"]["policy"], report["setup"]["delta"]) == ("spp", 0.9)
    assert report["miou"]["published"]["dataset"] is None

    # An offline run in the place of a live one: it must agree with itself.
    live = tmp_path / "live"
    live.mkdir()
    (live / "report.json").write_bytes((options.out / "offline.json").read_bytes())
    (live / "frames.csv").write_bytes((options.out / "offline.csv").read_bytes())
    pinned = OfflineOptions(bag=bag, bundle=tiny_bundle.path, out=live, edge={})
    report, agreement = run_offline(pinned)
    assert agreement is not None
    assert agreement.complete
    assert (report["setup"]["policy"], report["setup"]["delta"]) == ("spp", 0.9)

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

    report, asked = replayed("asked", teacher=str(tiny_teacher))
    assert report["setup"]["parameters"]["cloud"] == graph.asking(str(tiny_teacher))
    assert [row.source for row in asked] == ["cloud"] * 3
    network = SemanticNetwork(tiny_teacher, tiny_bundle.manifest.classes)
    for row, frame in zip(asked, open_bag(bag).frames(), strict=True):
        answer = network.scores(frame.rgb()).argmax(axis=0).astype(np.uint8)
        assert row.checksum == checksum(answer)
        assert row.checksum != row.checksum_now

    report, alone = replayed("alone")
    assert report["setup"]["parameters"]["cloud"] == {}
    # A live run pins whether there was a teacher, unless one, or none, is asked for.
    live = tmp_path / "live"
    live.mkdir()
    for source, pinned in (("offline.json", "report.json"), ("offline.csv", "frames.csv")):
        (live / pinned).write_bytes((tmp_path / "alone" / source).read_bytes())
    _, rows = replayed("live", teacher=str(tiny_teacher))
    assert [row.checksum for row in rows] == [row.checksum for row in alone]
    report, _ = replayed("live", teacher=str(tiny_teacher), teacher_named=True)
    assert report["setup"]["parameters"]["cloud"] == graph.asking(str(tiny_teacher))


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"edge": {"seed": 1}}, "seed"),
        ({"edge": {}, "teacher_named": True}, "teacher"),
        ({"edge": {}, "params_file": "mine.yaml"}, "params_file"),
        ({"edge": {"seed": 1, "policy": "spp"}, "teacher_named": True}, "policy, seed, teacher"),
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
        "edge: {ros__parameters: {policy: cloud, seed: 3}}\n"
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
    told = report["setup"]["parameters"]
    assert told["edge"] == {"threads": 2, "policy": "cloud", "seed": 4}
    assert told["cloud"] == graph.asking(str(tiny_teacher)) | {
        "threads": 2,
        "mask_generator": "none",
        "vote.max_margin": 0.2,
    }
    assert report["setup"]["network"]["path"] == str(tiny_teacher)
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
    assert report["setup"]["parameters"]["cloud"] == {"class_scorer": "edge"}
    assert report["setup"]["network"] is None
