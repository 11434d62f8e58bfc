from laecips_cloud.metrics import ConfusionMatrix
from laecips_eval.model_fitting.held_out_measures import HeldOutMeasures
from laecips_eval.reports.training.training_report import (
    Confusion,
    CurvePoint,
    TrainingReport,
    worst_pair,
)


def test_classes_have_precision_and_recall(report: TrainingReport) -> None:
    belt, part, screw = report.classes
    assert (belt.share, part.share, screw.share) == (0.8, 0.2, 0.0)
    assert (belt.precision, belt.recall, belt.iou) == (7 / 8, 7 / 8, 7 / 9)
    assert (part.precision, part.recall, part.iou) == (1 / 2, 1 / 2, 1 / 3)
    assert part.iou_assisted == 1 / 2
    assert part.iou_perfect == 1.0
    assert (screw.precision, screw.recall, screw.iou) == (None, None, None)
    assert report.miou == (7 / 9 + 1 / 3) / 2
    assert report.miou_perfect == 1.0


def test_the_worst_pair_is_by_share_of_the_true_class(
    report: TrainingReport, measures: HeldOutMeasures
) -> None:
    assert report.confusion == Confusion(truth="part", answer="belt", share=0.5)
    assert worst_pair(measures.perfect, ("belt", "part", "screw")) is None
    assert worst_pair(ConfusionMatrix(3), ("belt", "part", "screw")) is None


def test_what_is_not_known_is_not_in_the_curve(report: TrainingReport) -> None:
    assert report.mious == [CurvePoint(done=0.5, value=0.25)]
    assert [point.value for point in report.losses] == [2.0, 1.0, 0.5]


def test_it_is_read_as_it_was_written(report: TrainingReport) -> None:
    assert TrainingReport.model_validate_json(report.model_dump_json()) == report
