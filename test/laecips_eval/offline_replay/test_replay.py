"""Replays without ROS: the same answers each time, hard frames by the cloud's own code."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laecips_cloud.class_scorers.semantic_network import SemanticNetwork
from laecips_cloud.fusion.vote import PAPER, Vote
from laecips_cloud.hard_frames.cloud_settings import CloudSettings
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.image.codecs import encode_jpeg, encode_png
from laecips_eval.bags import Bag, BagWriter, Legend, open_bag
from laecips_eval.offline_replay.replay import replay_offline
from laecips_eval.scoring.frame_log import checksum
from laecips_eval.scoring.scoreboard import Scoreboard

FRAMES = 8
ITS_OWN = CloudSettings()


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
    """Replays the bag with some of the edge's settings, or the cloud's, changed."""

    def replay(*, cloud: CloudSettings = ITS_OWN, **settings: Any) -> Scoreboard:
        edge = replace(EdgeSettings(audit_rate=0.0), **settings)
        return replay_offline(bag, bundle=tiny_bundle, edge=edge, cloud=cloud)

    return replay


def test_it_is_deterministic(run: Callable[..., Scoreboard]) -> None:
    first, second = run(), run()
    assert first.rows() == second.rows()
    assert first.measured() == second.measured()


def test_every_frame_is_answered_but_the_one_that_is_no_picture(
    run: Callable[..., Scoreboard],
) -> None:
    measured = run().measured()
    assert measured.frames == FRAMES
    assert dict(measured.dropped) == {"superseded": 0, "transport": 0, "rejected": 1}
    assert "neither JPEG nor PNG" in measured.rejection
    assert measured.answered.edge > 0
    assert measured.answered.cloud == measured.wanted == measured.sent > 0
    assert measured.answered.edge_fallback == 0
    assert measured.bytes.up > 0
    assert measured.bytes.down > 0
    assert 0 < measured.miou.published.dataset < 1


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
    assert (measured.sent, measured.audit) == (sent, audit)
    for row in board.rows():
        # An audit's answer is f's; only a hard frame's is the cloud's.
        assert (row.checksum == row.checksum_now) or row.source == "cloud"


def test_what_goes_up_decides_what_comes_down(run: Callable[..., Scoreboard]) -> None:
    verbatim = run(policy="cloud").measured().bytes.up
    encoded = run(policy="cloud", forward_jpeg=False, jpeg_quality=10).measured().bytes.up
    with_scores = run(policy="cloud", send_scores=True).measured().bytes.up
    assert encoded < verbatim < with_scores


def test_with_a_teacher_hard_frames_get_its_answer(
    run: Callable[..., Scoreboard], bag: Bag, tiny_bundle: Bundle, tiny_teacher: Path
) -> None:
    asking = CloudSettings(
        mask_generator="none",
        class_scorer="onnx",
        scorer_options=(f"model={tiny_teacher}", "threads=1"),
    )
    network = SemanticNetwork(tiny_teacher, tiny_bundle.manifest.classes)
    answers = {}
    for index, frame in enumerate(bag.frames()):
        if index < FRAMES - 1:
            answers[index] = network.scores(frame.rgb()).argmax(axis=0).astype(np.uint8)
    asked, alone = run(cloud=asking).rows(), run().rows()
    hard = [row for row in asked if row.source == "cloud"]
    assert hard
    for row, before in zip(asked, alone, strict=True):
        if row in hard:
            assert row.index is not None
            assert row.checksum == checksum(answers[row.index])
            assert row.checksum != row.checksum_now
        else:
            assert row == before


def test_the_clouds_settings_decide_what_comes_down(run: Callable[..., Scoreboard]) -> None:
    """Without masks, or without a vote, f's own scores change nothing; with the paper's they do."""

    def mended(**settings: Any) -> list[bool]:
        rows = run(policy="cloud", cloud=CloudSettings(**settings)).rows()
        return [row.checksum != row.checksum_now for row in rows if row.source == "cloud"]

    assert mended(mask_generator="none") == [False] * (FRAMES - 1)
    assert mended(vote=Vote(max_dissent=0.0)) == [False] * (FRAMES - 1)
    assert any(mended(vote=PAPER))


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


@pytest.mark.parametrize(
    ("cloud", "message"),
    [
        ({"mask_generator": "scissors"}, "mask generator 'scissors' is not known"),
        ({"class_scorer": "oracle"}, "class scorer 'oracle' is not known"),
        ({"class_scorer": "onnx"}, "class scorer onnx needs a network"),
        (
            {"class_scorer": "onnx", "scorer_options": ("model=/nowhere",)},
            "class scorer onnx: /nowhere: cannot be read",
        ),
        ({"scorer_options": ("model=/nowhere",)}, "class scorer edge has no option 'model'"),
    ],
)
def test_what_the_cloud_node_would_refuse(
    run: Callable[..., Scoreboard], cloud: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        run(cloud=CloudSettings(**cloud))


def test_an_appealnet_sends_what_it_says_it_cannot_do(bag: Bag, tiny_appealnet: Bundle) -> None:
    edge = EdgeSettings(audit_rate=0.0, policy="appealnet")
    board = replay_offline(bag, bundle=tiny_appealnet, edge=edge, cloud=ITS_OWN)
    segmenter = edge.segmenter(tiny_appealnet)
    delta = tiny_appealnet.manifest.thresholds["appealnet"]
    pictures = [frame.rgb() for _, frame in zip(range(FRAMES - 1), bag.frames(), strict=False)]
    hard = [(segmenter.predict(rgb).q or 0.0) <= delta for rgb in pictures]
    assert 0 < sum(hard) < len(hard)
    answered = [row.source == "cloud" for row in board.rows() if row.source in ("edge", "cloud")]
    assert answered == hard


def test_appealnet_needs_its_head(bag: Bag, tiny_bundle: Bundle) -> None:
    edge = EdgeSettings(policy="appealnet", delta=0.5)
    with pytest.raises(ValueError, match="has no predictor head; give a bundle of `laecips train"):
        replay_offline(bag, bundle=tiny_bundle, edge=edge, cloud=ITS_OWN)
