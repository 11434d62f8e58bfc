"""The end of a first training: thresholds, scores and the bundle."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from laecips_cloud.export.bundle_export import load_networks
from laecips_cloud.training.data.labelled_frames import LabelledFrame, LabelledFrames
from laecips_cloud.training.first.measured_pair import Scores, measured_pair
from laecips_cloud.training.steps.held_out_rows import HeldOutRow
from laecips_cloud.training.steps.learning_curve import LearningCurve
from laecips_cloud.training.steps.train_miner import HardRule
from laecips_edge.core.bundle.bundle import Bundle

SHARE = 0.5


def rows_of(frames: Sequence[LabelledFrame], scores: Scores) -> list[HeldOutRow]:
    """Two rows of each frame; on the drifted one f is worse, and F is as it was."""
    random = np.random.default_rng(0)
    rows = []
    for index, frame in enumerate(frames):
        scores[0].add(np.zeros_like(frame.label), frame.label)
        scores[1].add(frame.label, frame.label)
        for drifted in (False, True):
            logits = random.normal(0, 4 - 2 * drifted, (4, 24, 32))
            rows.append(
                HeldOutRow(
                    drifted=drifted,
                    logits=logits.astype(np.float16),
                    truth=frame.label[::4, ::4],
                    iou=0.7 - 0.3 * drifted + 0.01 * index,
                    assisted_iou=0.8,
                )
            )
    return rows


@pytest.mark.slow
def test_thresholds_and_scores_are_those_of_the_rows(
    toy_frames: Callable[..., LabelledFrames], tiny_bundle: Bundle, tmp_path: Path
) -> None:
    frames = toy_frames(count=5, size=(96, 128))
    manifest = tiny_bundle.manifest
    frames.classes, frames.palette = manifest.classes, manifest.palette  # type: ignore[misc]
    unseen = [frames[index] for index in range(5)]
    f, h = load_networks(tiny_bundle)
    told: list[str] = []
    outcome = measured_pair(
        f,
        h,
        tmp_path / "bundle",
        unseen=unseen,
        rows_of=rows_of,
        rule=HardRule(gain=0.25, share=SHARE, cloud="assisted"),
        curve=LearningCurve(held_out=unseen, tiling=manifest.tiling),
        name="toy",
        of=frames,
        tiling=manifest.tiling,
        training={"steps": 7},
        progress=told.append,
    )
    assert outcome.frame_mean == pytest.approx((0.72, 0.8))
    assert outcome.frame_mean_drifted == pytest.approx((0.42, 0.8))
    assert outcome.assisted.miou() == 1.0 > outcome.f.miou()
    # f doubts just its drifted answers, which are the bad ones.
    assert outcome.miners["spp"].published == pytest.approx((0.72 + 0.8) / 2)
    made = Bundle.load(tmp_path / "bundle").manifest
    assert made == outcome.bundle.manifest
    assert made.thresholds["random"] == SHARE
    assert made.delta == made.thresholds["laecips"]
    assert made.training["steps"] == 7
    assert made.training["hard_gain"] == 0.25
    assert made.training["held_out"]["auroc"].keys() == outcome.miners.keys()
    assert len(outcome.bundle.agreement()) == 3
    assert [line.partition(":")[0] for line in told] == [
        f"int8 is {'in' if outcome.bundle.int8_file else 'left out of'} the bundle"
    ]
