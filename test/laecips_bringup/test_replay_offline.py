"""Which live run an offline one is pinned by."""

import json
from pathlib import Path

import numpy as np
import pytest
from laecips_bringup.replay_offline import OfflineOptions, run_offline
from laecips_edge.core.bundle import Bundle
from laecips_edge.core.codecs import encode_jpeg
from laecips_eval.bags import BagWriter, Legend


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


def test_settings_beside_a_report_that_pins_them_are_refused(
    bag: Path, tiny_bundle: Bundle, tmp_path: Path
) -> None:
    live = tmp_path / "report.json"
    live.write_text(json.dumps({}), encoding="utf-8")
    options = OfflineOptions(
        bag=bag, bundle=tiny_bundle.path, out=tmp_path, edge={"seed": 1}, live=live
    )
    with pytest.raises(ValueError, match=r"pins all settings by .*: leave out seed"):
        run_offline(options)
