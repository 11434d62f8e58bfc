"""The first training of a pair (f, h), from labelled frames to a bundle.

1. f is trained on all frames.
2. For each of k folds another f is trained on the other folds and run over this one. Its outputs,
   on original and drifted frames that it was not trained on, are the rows that h is trained on.
3. The folds' networks were trained on fewer frames for fewer steps, and are less confident than f.
   h is therefore trained further on f's own rows of the first half of the held-out frames.
4. On the second half, which neither f nor h has seen, thresholds are fitted and everything is
   measured (`measured_pair`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from laecips_edge.core.bundle.bundle import MANIFEST

from laecips_cloud.training.data.labelled_frames import LabelledFrames, digest, fitted
from laecips_cloud.training.first.measured_pair import FirstTrainingResult, measured_pair
from laecips_cloud.training.first.settings import FirstTraining
from laecips_cloud.training.first.stages import Stages
from laecips_cloud.training.steps.checkpoints import Checkpoints
from laecips_cloud.training.steps.held_out_rows import Assist
from laecips_cloud.training.steps.learning_curve import LearningCurve

Progress = Callable[[str], None]


def first_training(
    frames: LabelledFrames,
    held_out: LabelledFrames,
    *,
    settings: FirstTraining,
    assist: Assist,
    path: Path,
    checkpoints: Path,
    name: str,
    resume: bool = False,
    progress: Progress = lambda line: None,
) -> FirstTrainingResult:
    """Train f and h and write the bundle.

    Args:
        frames: the frames to train on.
        held_out: frames that f is not trained on, at least two; ordered so that the first and the
            second half have no scene in common.
        settings: see `FirstTraining`.
        assist: assisted inference F, as the cloud will run it.
        path: folder of the bundle.
        checkpoints: folder for the weights of finished stages; whoever needs no `resume` any more
            deletes it.
        name: name of the bundle and of the data set, for people.
        resume: continue an interrupted training with the same settings.
        progress: called with lines for people.

    Returns:
        The bundle and its scores.

    Raises:
        ValueError: there are fewer frames than folds, fewer than two held-out frames, or frames of
            different classes; or `path` exists and is not a bundle.
    """
    _check(frames, held_out, folds=settings.folds, path=path)
    progress(f"reading {len(frames)} frames and {len(held_out)} held-out ones")
    seen = [fitted(frames[i], settings.tiling.picture) for i in range(len(frames))]
    unseen = [held_out[i] for i in range(len(held_out))]
    kept = Checkpoints(
        checkpoints,
        recipe=settings.as_json() | {"frames": digest(seen), "classes": list(frames.classes)},
        resume=resume,
    )
    stages = Stages(
        settings=settings,
        classes=len(frames.classes),
        assist=assist,
        checkpoints=kept,
        progress=progress,
    )
    curve = LearningCurve(held_out=unseen, tiling=settings.tiling)
    f = stages.segmenter(
        "f", seen, steps=settings.steps, seconds=settings.seconds_of_f, curve=curve
    )
    kept_for_h, unseen = unseen[: len(unseen) // 2], unseen[len(unseen) // 2 :]
    h, rule = stages.miner(f, seen, kept_for_h)
    progress(f"measuring on {len(unseen)} held-out frames")
    return measured_pair(
        f,
        h,
        path,
        unseen=unseen,
        rows_of=lambda part, scores: stages.rows(f, part, scores=scores),
        rule=rule,
        curve=curve,
        name=name,
        of=frames,
        tiling=settings.tiling,
        training={**settings.as_json(), "frames": len(seen)},
        progress=progress,
    )


def _check(frames: LabelledFrames, held_out: LabelledFrames, *, folds: int, path: Path) -> None:
    if len(frames) < folds or len(held_out) < 2:
        raise ValueError(
            f"first training: {len(frames)} frames and {len(held_out)} held-out ones are too few "
            f"for {folds} folds"
        )
    if list(frames.classes) != list(held_out.classes):
        raise ValueError(
            "first training: the held-out frames have other classes than the frames; give frames "
            "of the same classes"
        )
    if path.exists() and not (path / MANIFEST).is_file():
        # Checked here, or a finished training could not be written.
        raise ValueError(f"{path}: exists and is not a bundle; give another folder")
