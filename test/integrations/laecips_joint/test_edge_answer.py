"""f's answer as Sedna handles it."""

from copy import deepcopy
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from laecips_edge.core.inference.segmenter import Prediction
from laecips_edge.core.routing.policy import Policy
from laecips_joint.edge_answer import EdgeAnswer

LOGITS = np.log(np.array([0.8, 0.2], np.float32))[:, None, None]


class CountedH:
    """A network h that counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, logits: Any) -> float:
        self.calls += 1
        assert logits is LOGITS
        return 0.6


def answered(h: CountedH) -> EdgeAnswer:
    blank = np.zeros((4, 4), np.uint8)
    return EdgeAnswer(
        stamp_ns=5,
        manifest=SimpleNamespace(thresholds={"laecips": 0.4, "spp": 0.9}),  # type: ignore[arg-type]
        prediction=Prediction(logits=LOGITS, label_map=blank, confidence_map=blank),
        h=h,
        took_ms=1.0,
    )


@pytest.mark.parametrize(
    ("policy", "hard", "calls"), [("laecips", False, 1), ("spp", True, 0), ("cloud", True, 0)]
)
def test_h_is_computed_once_and_for_those_who_ask(policy: str, hard: bool, calls: int) -> None:
    h = CountedH()
    answer = answered(h)
    decision = answer.judge(Policy(policy, manifest=answer.manifest, audit_rate=0.0))
    assert answer.decision == decision
    assert decision.hard is hard
    assert h.calls == calls
    assert answer.took_ms > 1.0
    assert answer.h == answer.h == 0.6
    assert h.calls == 1


def test_sedna_may_ask_whether_it_is_true_and_copy_it() -> None:
    answer = answered(CountedH())
    assert answer
    assert deepcopy([answer])[0] is answer
