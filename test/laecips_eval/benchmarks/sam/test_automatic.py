"""The benchmarks of SAM measure what they say; here on the small one."""

import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from laecips_cloud.mask_generators import MaskGeneratorError
from laecips_cloud.mask_generators.sam.export import sam_export
from laecips_eval.benchmarks.sam import automatic, masks, pictures, timed


@pytest.fixture
def _exported_once(
    exported_sam: Path, exported_int8_sam: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The export takes longer than all the rest."""

    def export(_: Path, folder: Path, *, int8: bool = False) -> None:
        shutil.copytree(exported_int8_sam if int8 else exported_sam, folder)

    monkeypatch.setattr(sam_export, "export_sam", export)


@pytest.mark.usefixtures("_exported_once")
def test_rows_are_ratios_of_one_run(sam_checkpoint: Path) -> None:
    package, ours, int8 = automatic.run(
        engines=["onnxruntime"],
        providers=("CPUExecutionProvider",),
        threads=1,
        checkpoint=sam_checkpoint,
        points_per_side=3,
    )
    assert [package.masks_by, ours.masks_by, int8.masks_by] == [
        automatic.PACKAGE,
        *["onnxruntime"] * 2,
    ]
    assert [package.precision, ours.precision, int8.precision] == ["fp32", "fp32", "int8"]
    assert (package.speedup, package.memory, package.mask_iou) == (1, 1, 1)
    assert ours.speedup == pytest.approx(package.frame_s / ours.frame_s)
    assert ours.memory == pytest.approx(ours.peak_mb / package.peak_mb)
    for row in (package, ours, int8):
        assert row.masks > 3
        assert min(row.encoder_s, row.decoder_s, row.rest_s, row.peak_mb) > 0
    # One knows nothing of torch: it cannot be that both have the memory of their parent.
    assert ours.memory < 0.7
    assert min(ours.mask_iou, int8.mask_iou) > 0.99
    assert int8.mask_iou < 1


@pytest.mark.usefixtures("_exported_once")
def test_masks_of_several_pictures(sam_checkpoint: Path) -> None:
    rows = pictures.run(
        engines=["onnxruntime"],
        providers=("CPUExecutionProvider",),
        threads=1,
        checkpoint=sam_checkpoint,
        pictures=2,
        points_per_side=2,
    )
    assert [(row.masks_by, row.precision) for row in rows] == [
        ("onnxruntime", "fp32"),
        ("onnxruntime", "int8"),
    ]
    for row in rows:
        assert (row.pictures, row.prompts) == (2, 4)
        assert 5 < row.masks <= 2 * 4 * 3
        assert 0.98 < row.worst_iou <= row.mask_iou <= 1


@pytest.mark.parametrize(
    ("masks", "others", "expected"),
    [
        ([[0b11110000]], [[0b11110000], [0]], 1.0),
        ([[0b11110000], [0b00001111]], [[0b00001111]], 0.5),
        ([[0b11000000]], [[0b10000000], [0b11100000]], 2 / 3),
        ([], [[1]], 0.0),
        ([[1]], [], 0.0),
    ],
)
def test_the_best_iou(masks: list, others: list, expected: float) -> None:
    found = [np.array(bits, np.uint8).reshape(len(bits), 1) for bits in (masks, others)]
    assert automatic.mean_best_iou(*found) == pytest.approx(expected)


def test_an_export_in_int8_that_is_refused_has_no_row(
    exported_sam: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def export(_: Path, folder: Path, *, int8: bool = False) -> None:
        if int8:
            raise MaskGeneratorError("they agree to an IoU of 0.9 alone")
        shutil.copytree(exported_sam, folder)

    monkeypatch.setattr(sam_export, "export_sam", export)
    assert automatic.exports(tmp_path / "automatic.pth", tmp_path, ["onnxruntime", "openvino"]) == [
        ("onnxruntime", tmp_path / "half"),
        ("openvino", tmp_path / "half"),
    ]


def test_a_process_that_fails_says_why(sam_checkpoint: Path, tmp_path: Path) -> None:
    job = automatic.SideJob(
        masks_by="onnxruntime",
        checkpoint=str(sam_checkpoint),
        export=str(tmp_path),
        providers=("CPUExecutionProvider",),
        threads=1,
        pred_iou_thresh=0.5,
        points_per_side=2,
        masks=str(tmp_path / "masks.npy"),
    )
    with pytest.raises(ValueError, match=r"sam benchmark, onnxruntime: .*sam\.json: cannot be"):
        automatic.in_a_process(job)


@pytest.mark.slow
def test_kept_masks_are_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masks, "SHAPES", ((90, 120), (120, 90)))
    monkeypatch.setattr(masks, "POINTS_PER_SIDE", 3)
    rows = masks.run(pictures=2)
    assert [row.size for row in rows] == ["90 x 120", "120 x 90"]
    for row in rows:
        assert (row.pictures, row.small_masks) == (2, 27)
        assert row.kept > 1
        assert row.ratio == pytest.approx(row.package_ms / row.ours_ms)
        assert row.mask_iou >= 0.99


def test_a_timed_function_is_the_function() -> None:
    measured = timed.Timed(max)
    assert measured(1, 3, 2) == 3
    before = measured.seconds
    assert before >= 0
    with pytest.raises(TypeError):
        measured()
    assert measured.seconds >= before
