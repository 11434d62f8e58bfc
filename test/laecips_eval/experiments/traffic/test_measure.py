import numpy as np
from laecips_cloud.fusion.mask_fusion import Fused
from laecips_edge.core.inference.scores import softmax
from laecips_eval.experiments.traffic.measure import (
    COARSE,
    EARLIER,
    LABEL_CODINGS,
    AnswerSizes,
    ScoreSizes,
)

ROWS, COLUMNS = np.mgrid[:48, :64]
LABELS = (COLUMNS // 20).astype(np.uint8)
CONFIDENCE = np.where(COLUMNS % 20 == 0, 100, 200 + ROWS % 40).astype(np.uint8)


def test_answers_are_coded_in_all_ways() -> None:
    sizes = AnswerSizes()
    sizes.add(Fused(LABELS, CONFIDENCE))
    assert sizes.frames == 1
    assert set(sizes.labels) == set(LABEL_CODINGS)
    assert len({coded[0].bytes for coded in sizes.labels.values()}) > 1
    small, before = sizes.confidence[COARSE][0], sizes.confidence[EARLIER][0]
    assert small.bytes < before.bytes
    assert small.sides == 0 < small.error < 0.1
    assert (before.sides, before.error) == (0, 0)


def test_coarser_pixels_move_thin_lines_across_the_bound() -> None:
    sizes = AnswerSizes()
    sizes.add(Fused(LABELS, CONFIDENCE))
    fine, coarse = (sizes.confidence[f"blocks of {side} x {side}, 10 levels"][0] for side in (1, 4))
    assert fine.sides == 0
    assert coarse.sides > 0.01


def test_scores_in_fewer_steps_are_smaller_and_change_little() -> None:
    random = np.random.default_rng(1)
    scores = softmax(random.normal(0, 2, (3, 24, 32)).astype(np.float32))

    def fused(of: np.ndarray) -> Fused:
        best = np.rint(of.max(axis=0) * 255).astype(np.uint8)
        return Fused(of.argmax(axis=0).astype(np.uint8), best)

    sizes = ScoreSizes()
    sizes.add(scores, fused)
    before, now = sizes.codings[255][0], sizes.codings[31][0]
    assert now.bytes < before.bytes
    assert before.labels <= now.labels < 0.05
    assert before.error < now.error < 1 / 31
