"""Updates by the weights that they move; trainings themselves are tested elsewhere."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laecips_cloud.training.data.labelled_frames import UNLABELLED
from laecips_eval.datasets.streams import StreamFrame
from laecips_eval.experiments.finished_rows import read_rows
from laecips_eval.experiments.traffic.updates import (
    TRIALS,
    Halves,
    UpdateTrial,
    halves_of,
    run_missing,
)

NONE = Halves(answers=[], truths=[], asked=[], before=0.5)


class HalfSure:
    """Says class 1; of the left half it is sure."""

    def score(self, rgb: np.ndarray, edge: object) -> np.ndarray:
        sure = np.where(np.arange(rgb.shape[1]) < rgb.shape[1] // 2, 0.9, 0.55)
        one = np.broadcast_to(sure, rgb.shape[:2])
        return np.stack([1 - one, one]).astype(np.float32)


def test_first_halves_teach_what_the_cloud_is_sure_of_and_second_halves_are_asked() -> None:
    rgb, truth = np.zeros((4, 6, 3), np.uint8), np.zeros((4, 6), np.uint8)
    frames = [StreamFrame(name, rgb, truth) for name in "aaaabb"]
    halves = halves_of(frames, HalfSure(), score=len)  # type: ignore[arg-type]
    assert [lesson.frame.name for lesson in halves.answers] == ["a 0", "a 1", "b 0"]
    assert halves.before == len(halves.asked)
    assert [frame.name for frame in halves.asked] == ["a 2", "a 3", "b 1"]
    assert halves.answers[0].frame.label[0].tolist() == [1, 1, 1, *[UNLABELLED] * 3]
    assert [lesson.frame.label.max() for lesson in halves.truths] == [0, 0, 0]
    assert [(t.frame.name, t.stamp_ns) for t in halves.truths] == [
        (a.frame.name, a.stamp_ns) for a in halves.answers
    ]
    stamps = [lesson.stamp_ns for lesson in halves.answers]
    assert stamps == sorted(set(stamps))


def test_a_run_that_was_stopped_goes_on(tmp_path: Path) -> None:
    rows, ran = tmp_path / "rows.jsonl", list[UpdateTrial]()

    def run(trial: UpdateTrial, halves: Halves) -> dict[str, Any]:
        assert halves is NONE
        if len(ran) == 3:
            raise KeyboardInterrupt
        ran.append(trial)
        return {**vars(trial), "bytes": 1, "after": 0.5}

    def again() -> list[dict[str, Any]]:
        return run_missing(
            rows,
            [("shift", 7)],
            halves=lambda drive, seed: NONE,
            run=run,
            progress=lambda line: None,
        )

    with pytest.raises(KeyboardInterrupt):
        again()
    assert len(read_rows(rows)) == 3
    ran.clear()
    with pytest.raises(KeyboardInterrupt):
        again()
    assert len(read_rows(rows)) == 6
    assert ran == [UpdateTrial(drive="shift", seed=7, **changes) for changes in TRIALS[3:6]]
