"""Whether new frames look like those of the last training."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from laecips_cloud.replay_buffer.buffer import ReplayBuffer
from laecips_cloud.replay_buffer.replay_frame import Glimpse, ReplayFrame, Waiting
from laecips_cloud.replay_buffer.watch import ReplayWatch
from laecips_cloud.trainer.calm_check import CalmCheck, Scene, is_calm, scene_of
from laecips_edge.core.bundle.manifest import Manifest
from laecips_edge.core.link import wire
from laecips_edge.core.link.wire_error import WireError

RNG = np.random.default_rng(5)
MANIFEST = Manifest(
    name="belt",
    version=1,
    classes=("belt", "part"),
    palette=((0, 0, 0), (255, 255, 255)),
    input_size=(64, 96),
    delta=0.5,
    beta=0.1,
    thresholds={"laecips": 0.5},
)
FRAME = ReplayFrame(
    request_id="",
    robot="robot",
    stamp_ns=0,
    received_ns=0,
    bundle_version=1,
    why="hard",
    trust=0.5,
    picture=b"p",
    depth=b"",
    label_map=b"",
    confidence_map=b"c",
)


def shown(*labels: int) -> bytes:
    return wire.encode_label_map(np.array([labels], np.uint8))


def test_a_scene_is_trust_and_shares_of_the_labelled_pixels() -> None:
    def scene(*glimpses: Glimpse) -> Scene:
        return scene_of(glimpses, version=1, manifest=None)

    two = scene(Glimpse(1, 0.5, shown(0, 0, 1, 255)), Glimpse(1, 0.25, shown(1, 255)))
    assert two.trust == [0.5, 0.25]
    assert two.shares[:3].tolist() == [0.5, 0.5, 0.0]
    assert scene(Glimpse(1, 0.5, shown(255))).shares.sum() == 0
    with pytest.raises(WireError):
        scene(Glimpse(1, 0.5, b"torn"))


GLIMPSES = [Glimpse(version, 0.2, shown(0)) for version in (1, 2, 3, 4)]
COMPARED = replace(MANIFEST, version=3, parent=2, quantiles=(0.5, 0.7), parent_quantiles=(0.1, 0.3))


@pytest.mark.parametrize(
    ("manifest", "trust"),
    [
        (COMPARED, [0.2, 0.6]),  # what h says of a frame of which its parent says 0.2
        (replace(COMPARED, parent_quantiles=()), [0.2]),
        (None, [0.2]),
    ],
    ids=["compared with its parent", "not compared", "unknown"],
)
def test_trust_of_the_parent_is_translated_and_that_of_other_versions_left_out(
    manifest: Manifest | None, trust: list[float]
) -> None:
    scene = scene_of(GLIMPSES, version=3, manifest=manifest)
    assert scene.trust == pytest.approx(trust)
    assert scene.shares[0] == 1.0


SHARES = np.eye(255)[0] * 0.9 + np.eye(255)[1] * 0.1
USUAL = Scene(RNG.random(40).tolist(), SHARES)


@pytest.mark.parametrize(
    ("now", "calm"),
    [
        (Scene(RNG.random(40).tolist(), SHARES), True),
        (Scene((RNG.random(40) * 0.5).tolist(), SHARES), False),
        (Scene((RNG.random(4) * 0.8).tolist(), SHARES), True),  # too few to tell
        (Scene(USUAL.trust, SHARES[::-1]), False),
        (Scene(USUAL.trust, np.eye(255)[0] * 0.88 + np.eye(255)[1] * 0.12), True),
        (Scene([], SHARES), False),
    ],
    ids=["alike", "less trust", "few", "other classes", "nearly the same classes", "nothing"],
)
def test_calm(now: Scene, calm: bool) -> None:
    assert is_calm(now, USUAL) == calm
    assert is_calm(USUAL, now) == calm


def test_it_looks_again_when_a_tenth_more_have_come(tmp_path: Path) -> None:
    buffer = ReplayBuffer(tmp_path / "replay.sqlite", classes=("belt", "part"))
    watch = ReplayWatch(tmp_path / "replay.sqlite")
    check = CalmCheck(watch, manifest_of=lambda version: None)

    def come(count: int, trust: float, label_map: bytes = shown(0, 1)) -> tuple[int, int]:
        for _ in range(count):
            number = watch.since(0).newest if watch.since(0) else 0  # type: ignore[union-attr]
            each = replace(FRAME, request_id=str(number), trust=trust, label_map=label_map)
            buffer.append(each)
        waiting = watch.since(20)
        assert waiting is not None
        return waiting

    come(20, 0.5)
    new, newest = come(20, 0.5)
    assert not check.look(Waiting(new, newest), trained_to=0)  # nothing was read before
    assert check.look(Waiting(new, newest), trained_to=20)
    new, newest = come(1, 0.0)
    assert check.look(Waiting(new, newest), trained_to=20)
    assert not check.look(Waiting(newest, newest), trained_to=300)  # a file made anew
    new, newest = come(20, 0.0)
    assert not check.look(Waiting(new, newest), trained_to=20)
    come(60, 0.0)
    trained_to = newest + 60
    _, newest = come(20, 0.0)
    assert check.look(Waiting(20, newest), trained_to=trained_to)
    _, newest = come(10, 0.0, b"torn")
    assert not check.look(Waiting(30, newest), trained_to=trained_to)
    watch.close()
    buffer.close()


def test_another_h_alone_is_no_drift(tmp_path: Path) -> None:
    """All frames look alike; the second version trusts them more, and its manifest knows it."""
    buffer = ReplayBuffer(tmp_path / "replay.sqlite", classes=("belt", "part"))
    watch = ReplayWatch(tmp_path / "replay.sqlite")
    spread = RNG.random(40) * 0.2
    for number, low in enumerate(spread):
        version = 1 if number < 20 else 2
        trust = float(low + (0.1 if version == 1 else 0.5))
        each = replace(
            FRAME,
            request_id=str(number),
            bundle_version=version,
            trust=trust,
            label_map=shown(0, 1),
        )
        buffer.append(each)
    waiting = watch.since(20)
    assert waiting is not None
    second = replace(
        MANIFEST, version=2, parent=1, quantiles=(0.5, 0.7), parent_quantiles=(0.1, 0.3)
    )
    for known, calm in ((second, True), (None, False)):
        check = CalmCheck(watch, manifest_of={2: known}.get)
        assert check.look(waiting, trained_to=20) == calm
    watch.close()
    buffer.close()
