"""Replays without ROS: the same answers each time, hard frames by the cloud's own code."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from laecips_edge.core.bundle import Bundle
from laecips_edge.core.codecs import encode_jpeg, encode_png
from laecips_eval.bags import Bag, BagWriter, Legend, open_bag
from laecips_eval.offline import CloudSettings, replay_offline
from laecips_eval.reports.run_setup import EdgeSettings
from laecips_eval.scoring.scoreboard import Scoreboard

FRAMES = 8


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Bundle) -> Bag:
    """Pictures of blocks with truth; the last one is no picture at all."""
    path = tmp_path_factory.mktemp("bags") / "blocks"
    rng = np.random.default_rng(3)
    manifest = tiny_bundle.manifest
    legend = Legend(classes=manifest.classes, palette=manifest.palette)
    with BagWriter(path, legend=legend, rate_hz=10) as writer:
        for index in range(FRAMES):
            blocks = rng.integers(0, 256, (6, 8, 3), np.uint8)
            picture = blocks.repeat(16, axis=0).repeat(16, axis=1)
            jpeg = b"torn" if index == FRAMES - 1 else encode_jpeg(picture, 90)
            writer.add(jpeg, encode_png(picture[:, :, 0] // 64))
    return open_bag(path)


@pytest.fixture(scope="module")
def run(bag: Bag, tiny_bundle: Bundle) -> Callable[..., Scoreboard]:
    """Replays the bag with some of the edge's settings changed."""

    def replay(**settings: Any) -> Scoreboard:
        edge = replace(EdgeSettings(audit_rate=0.0), **settings)
        return replay_offline(bag, bundle=tiny_bundle, edge=edge, cloud=CloudSettings())

    return replay


def test_it_is_deterministic(run: Callable[..., Scoreboard]) -> None:
    first, second = run(), run()
    assert first.rows() == second.rows()
    assert first.measured() == second.measured()


def test_every_frame_is_answered_but_the_one_that_is_no_picture(
    run: Callable[..., Scoreboard],
) -> None:
    measured = run().measured()
    assert measured["frames"] == FRAMES
    assert measured["dropped"] == {"superseded": 0, "transport": 1}
    assert measured["answered"]["edge"] > 0
    assert measured["answered"]["cloud"] == measured["wanted"] == measured["sent"] > 0
    assert measured["answered"]["edge_fallback"] == 0
    assert measured["bytes"]["up"] > 0
    assert measured["bytes"]["down"] > 0
    assert 0 < measured["miou"]["published"]["dataset"] < 1


@pytest.mark.parametrize(
    ("policy", "delta", "audit_rate", "sent", "audit"),
    [
        ("edge", -1.0, 1.0, 0, 0),
        ("cloud", -1.0, 0.0, FRAMES - 1, 0),
        ("laecips", 0.0, 1.0, FRAMES - 1, FRAMES - 1),  # all easy, all audited
        ("laecips", 1.0, 1.0, FRAMES - 1, 0),  # all hard
    ],
)
def test_who_goes_up(
    run: Callable[..., Scoreboard],
    policy: str,
    delta: float,
    audit_rate: float,
    sent: int,
    audit: int,
) -> None:
    board = run(policy=policy, delta=delta, audit_rate=audit_rate)
    measured = board.measured()
    assert (measured["sent"], measured["audit"]) == (sent, audit)
    for row in board.rows():
        # An audit's answer is f's; only a hard frame's is the cloud's.
        assert (row.checksum == row.checksum_now) or row.source == "cloud"


def test_what_goes_up_decides_what_comes_down(run: Callable[..., Scoreboard]) -> None:
    verbatim = run(policy="cloud").measured()["bytes"]["up"]
    encoded = run(policy="cloud", forward_jpeg=False, jpeg_quality=10).measured()["bytes"]["up"]
    with_scores = run(policy="cloud", send_scores=True).measured()["bytes"]["up"]
    assert encoded < verbatim < with_scores


def test_settings_come_out_of_the_nodes_parameters() -> None:
    parameters = {"mask_options": [""], "providers": ["X"], "threads": 2, "use_sim_time": False}
    assert CloudSettings.from_parameters(parameters) == CloudSettings(
        mask_options=(), providers=("X",), threads=2
    )


def test_progress_reaches_the_end(bag: Bag, tiny_bundle: Bundle) -> None:
    seen: list[tuple[int, int]] = []
    replay_offline(
        bag,
        bundle=tiny_bundle,
        edge=EdgeSettings(policy="edge"),
        cloud=CloudSettings(),
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(index + 1, FRAMES) for index in range(FRAMES)]


def test_an_unknown_mask_generator_is_refused(bag: Bag, tiny_bundle: Bundle) -> None:
    with pytest.raises(ValueError, match="'scissors' is not known"):
        replay_offline(
            bag,
            bundle=tiny_bundle,
            edge=EdgeSettings(),
            cloud=CloudSettings(mask_generator="scissors"),
        )
