"""Our miners as Sedna's hard-example mining."""

from types import SimpleNamespace

import numpy as np
import pytest
from laecips_edge.core.inference.segmenter import Prediction
from laecips_edge.core.routing.miners import MINER_NAMES
from laecips_edge.core.settings import SettingError
from laecips_joint.edge_answer import EdgeAnswer
from laecips_joint.miners import MINERS

THRESHOLDS = {"laecips": 0.4, "spp": 0.9, "sm": 0.5, "mess": 0.5, "eiou": 0.5, "random": 0.35}


def answered(*, h: float = 0.5, version: int = 1, stamp_ns: int = 0) -> EdgeAnswer:
    blank = np.zeros((4, 4), np.uint8)
    logits = np.log(np.array([0.8, 0.2], np.float32))[:, None, None]
    manifest = SimpleNamespace(
        thresholds={**THRESHOLDS, "laecips": 0.4 * version}, version=version, classes=("a", "b")
    )
    return EdgeAnswer(
        stamp_ns=stamp_ns,
        manifest=manifest,  # type: ignore[arg-type]
        prediction=Prediction(logits=logits, label_map=blank, confidence_map=blank),
        h=lambda _: h,
        took_ms=0.0,
    )


@pytest.mark.parametrize(
    ("name", "parameters", "hard"),
    [
        ("LaecipsH", {}, False),
        ("LaecipsH", {"delta": "0.5"}, True),  # Sedna's service description has texts
        ("LaecipsH", {"delta": "-1"}, False),
        ("LaecipsSPP", {}, True),
        ("LaecipsSPP", {"delta": 0.7}, False),
        ("LaecipsSM", {}, False),
        ("LaecipsMESS", {}, True),
        ("LaecipsEIOU", {}, False),
        ("LaecipsEdgeOnly", {}, False),
        ("LaecipsCloudOnly", {}, True),
    ],
)
def test_hard_as_the_edge_node_decides(
    name: str, parameters: dict[str, object], hard: bool
) -> None:
    answer = answered()
    assert MINERS[name](**parameters)(answer) is hard
    assert answer.decision is not None
    assert answer.decision.audit is False


def test_random_depends_on_stamp_and_seed() -> None:
    first = [MINERS["LaecipsRandom"]()(answered(stamp_ns=s)) for s in range(200)]
    again = [MINERS["LaecipsRandom"](seed="0")(answered(stamp_ns=s)) for s in range(200)]
    other = [MINERS["LaecipsRandom"](seed=1)(answered(stamp_ns=s)) for s in range(200)]
    assert first == again != other
    assert 0.2 < np.mean(first) < 0.5


def test_another_pair_has_another_threshold() -> None:
    mining = MINERS["LaecipsH"]()
    assert [mining(answered(version=version)) for version in (1, 2, 1)] == [False, True, False]


def test_there_is_one_for_each_policy() -> None:
    assert sorted(mining.policy for mining in MINERS.values()) == sorted(MINER_NAMES)


def test_what_is_no_answer_of_ours() -> None:
    with pytest.raises(ValueError, match=r"LaecipsH got str: .* inference-then-mining"):
        MINERS["LaecipsH"]()("picture.jpg")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"threshold_img": "0.9"}, "has no parameter threshold_img: it takes delta, seed"),
        ({"delta": "much"}, "is no number"),
        ({"delta": "2"}, "delta"),
    ],
)
def test_wrong_parameters(parameters: dict[str, str], message: str) -> None:
    with pytest.raises((ValueError, SettingError), match=message):
        MINERS["LaecipsH"](**parameters)
