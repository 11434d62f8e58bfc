from pathlib import Path

import numpy as np
from laecips_cloud.training.data.labelled_frames import LabelledFrame
from laecips_cloud.training.steps.learning_curve import LearningCurve
from laecips_edge.core.image.tiling import Tiling
from laecips_eval.reports.training.training_report import TrainingReport
from laecips_eval.reports.training.write_training_report import write_training_report


def test_three_files_tell_what_a_training_made(tmp_path: Path) -> None:
    label = np.repeat(np.array([[0] * 16 + [1] * 16], np.uint8), 24, axis=0)
    frames = [LabelledFrame("half", np.repeat(label[..., None], 3, axis=2), label)]
    folder = tmp_path / "new" / "plant.training"
    report = write_training_report(
        folder,
        frames,
        logits=lambda image: np.stack([image[..., 0] == 0, image[..., 0]]).astype(np.float32),
        assist=None,
        name="plant",
        role="teacher",
        classes=("belt", "part"),
        palette=[(0, 0, 0), (255, 0, 0)],
        curve=LearningCurve(held_out=[], tiling=Tiling((24, 32))),
        settings={},
        command="laecips train",
    )
    assert report.miou == 1.0
    assert report.miou_assisted is None
    assert {file.name for file in folder.iterdir()} == {"report.json", "report.html", "worst.jpg"}
    read = TrainingReport.model_validate_json((folder / "report.json").read_bytes())
    assert read == report
