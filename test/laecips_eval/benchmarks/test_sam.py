"""The benchmarks of SAM measure what they say; here on the small one."""

from pathlib import Path

import pytest

pytest.importorskip("torch")

from laecips_eval.benchmarks import sam, sam_masks, timed


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tiny_sam import save_tiny_sam  # noqa: PLC0415 (needs torch)

    path = tmp_path_factory.mktemp("sam") / "sam_tiny.pth"
    save_tiny_sam(path)
    return path


def test_rows_are_ratios_of_one_run(checkpoint: Path) -> None:
    package, ours = sam.run(
        engines=["onnxruntime"],
        providers=("CPUExecutionProvider",),
        threads=1,
        checkpoint=checkpoint,
        points_per_side=3,
    )
    assert [package.masks_by, ours.masks_by] == ["segment-anything", "onnxruntime"]
    assert (package.speedup, package.memory, package.mask_iou) == (1, 1, 1)
    assert ours.speedup == pytest.approx(package.frame_s / ours.frame_s)
    assert ours.memory == pytest.approx(ours.peak_mb / package.peak_mb)
    for row in (package, ours):
        assert row.masks > 3
        assert min(row.encoder_s, row.decoder_s, row.rest_s, row.peak_mb) > 0
    assert ours.mask_iou > 0.99


def test_a_process_that_fails_says_why(checkpoint: Path, tmp_path: Path) -> None:
    job = sam.Job(
        masks_by="onnxruntime",
        checkpoint=str(checkpoint),
        export=str(tmp_path),
        providers=("CPUExecutionProvider",),
        threads=1,
        pred_iou_thresh=0.5,
        points_per_side=2,
        masks=str(tmp_path / "masks.npy"),
    )
    with pytest.raises(ValueError, match=r"sam benchmark, onnxruntime: .*sam\.json: cannot be"):
        sam._in_a_process(job)


def test_kept_masks_are_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sam_masks, "SHAPES", ((90, 120), (120, 90)))
    monkeypatch.setattr(sam_masks, "POINTS_PER_SIDE", 3)
    rows = sam_masks.run(pictures=2)
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
