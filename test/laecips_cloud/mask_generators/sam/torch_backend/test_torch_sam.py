"""SAM's automatic masks, run for real on a small random network."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laecips_cloud.fusion.mask_fusion import fuse  # noqa: E402
from laecips_cloud.fusion.vote import Vote  # noqa: E402
from laecips_cloud.mask_generators import (  # noqa: E402
    MaskGeneratorError,
    create_mask_generator,
)
from laecips_cloud.mask_generators.sam.torch_backend import torch_sam  # noqa: E402
from laecips_cloud.mask_generators.sam.torch_backend.torch_sam import SamMaskGenerator  # noqa: E402
from laecips_cloud.masks import MaskSet  # noqa: E402

# Random weights are sure of nothing, and all their masks reach from edge to edge.
ANY: dict[str, Any] = {
    "points_per_side": 4,
    "pred_iou_thresh": 0.0,
    "stability_score_thresh": 0.0,
    "stability_score_offset": 0.001,
    "box_nms_thresh": 1.0,
}


def picture(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8)


def same(one: MaskSet, other: MaskSet) -> bool:
    """Whether two sets are equal, mask by mask and rating by rating."""
    return (one.shape, one.qualities, one.stabilities, one.count) == (
        other.shape,
        other.qualities,
        other.stabilities,
        other.count,
    ) and all(
        (a.top, a.left) == (b.top, b.left) and np.array_equal(a.pixels, b.pixels)
        for a, b in zip(one.masks, other.masks, strict=True)
    )


def test_masks_of_a_picture_can_be_fused(sam_checkpoint: Path) -> None:
    options = {name: str(value) for name, value in ANY.items()}
    generator = create_mask_generator("sam", {"checkpoint": str(sam_checkpoint), **options})
    masks = generator.generate(picture(72, 96))
    assert masks.shape == (72, 96)
    assert masks.count > 0
    # The rating of random weights leaves 0..1; what a vote reads does not.
    for ratings in (masks.qualities, masks.stabilities):
        assert len(ratings) == masks.count
        assert all(0 <= rating <= 1 for rating in ratings)
    assert list(masks.qualities) == sorted(masks.qualities, reverse=True)
    scores = np.full((3, 72, 96), 1 / 3, np.float32)
    assert fuse(scores, masks, vote=Vote(min_quality=0.5)).label_map.shape == (72, 96)


def test_the_masks_are_the_packages(sam_checkpoint: Path) -> None:
    from laecips_cloud.mask_generators.sam.torch_backend.checkpoint import load_sam  # noqa: PLC0415
    from laecips_cloud.mask_generators.sam.torch_backend.torchvision_stand_in import (  # noqa: PLC0415
        import_segment_anything,
    )

    rgb = picture(72, 96)
    package = import_segment_anything()
    records = package.SamAutomaticMaskGenerator(load_sam(sam_checkpoint), **ANY).generate(rgb)
    records.sort(key=lambda record: -min(1.0, max(0.0, record["predicted_iou"])))
    masks = SamMaskGenerator(checkpoint=str(sam_checkpoint), **ANY).generate(rgb)
    assert masks.count == len(records) > 3
    for (top, left, pixels), record in zip(masks.masks, records, strict=True):
        whole = np.zeros((72, 96), np.bool_)
        whole[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
        np.testing.assert_array_equal(whole, record["segmentation"])


@pytest.mark.parametrize("layers", [0, 1])
def test_several_pictures_share_a_run_of_the_encoder(layers: int, sam_checkpoint: Path) -> None:
    generator = SamMaskGenerator(checkpoint=str(sam_checkpoint), **ANY, crop_n_layers=layers)
    noise = picture(72, 96)
    # Of sizes of their own; of the third SAM would see nothing.
    pictures = [noise, 255 - noise[:50, :40], picture(1, 4000), noise[::-1].copy()]
    assert generator.prepare_batches(4) == 4
    encoder, seen = generator._generator.predictor.model.image_encoder, []
    hook = encoder.register_forward_pre_hook(lambda _, given: seen.append(len(given[0])))
    batch = generator.generate_batch(pictures, [np.ones((2, 1, 1), np.float32)] * 4)
    hook.remove()
    assert seen == [3] + [1] * 4 * 3 * layers
    for rgb, masks in zip(pictures, batch, strict=True):
        alone = generator.generate(rgb)
        assert (masks.shape, masks.count) == (alone.shape, alone.count)
        np.testing.assert_allclose(masks.qualities, alone.qualities, atol=1e-5)
        for one, other in zip(_whole(masks), _whole(alone), strict=True):
            assert (one != other).mean() < 0.002
    assert [masks.count > 0 for masks in batch] == [True, True, False, True]


def test_a_gpu_is_warmed_up_and_its_memory_tried(
    sam_checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None is at hand: the network stays on the processor, memory for three pictures is played."""
    monkeypatch.setattr(torch_sam, "place", lambda *_, **__: None)
    cut: list[tuple[int, ...]] = []

    class Told(SamMaskGenerator):
        def generate(self, rgb: np.ndarray) -> MaskSet:
            cut.append(rgb.shape)
            return super().generate(rgb)

    generator = Told(checkpoint=str(sam_checkpoint), device="cuda", **ANY)
    assert cut == [(128, 128, 3)]
    tried: list[int] = []

    def embed(pictures: list[np.ndarray]) -> None:
        tried.append(len(pictures))
        if len(pictures) > 3:
            raise torch.OutOfMemoryError

    monkeypatch.setattr(generator._generator.predictor, "embed", embed)
    assert generator.prepare_batches(8) == 2
    assert tried == [8, 4, 2]
    assert Told(checkpoint=str(sam_checkpoint), **ANY).prepare_batches(8) == 8
    assert len(cut) == 1


def _whole(masks: MaskSet) -> list[np.ndarray]:
    """Each mask at the size of the picture."""
    found = []
    for top, left, pixels in masks.masks:
        mask = np.zeros(masks.shape, bool)
        mask[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
        found.append(mask)
    return found


def test_what_sam_is_not_sure_of_is_dropped(sam_checkpoint: Path) -> None:
    """By default; F is then the class scorer's own answer."""
    masks = SamMaskGenerator(checkpoint=str(sam_checkpoint), points_per_side=4).generate(
        picture(72, 96)
    )
    assert (masks.count, masks.qualities, masks.stabilities) == (0, (), ())
    scores = np.random.default_rng(0).random((3, 72, 96), np.float32) / 3
    np.testing.assert_array_equal(fuse(scores, masks).label_map, scores.argmax(axis=0))


@pytest.mark.parametrize(
    "options",
    [
        {"points_per_side": 2},
        {"pred_iou_thresh": 0.1},
        {"stability_score_thresh": 0.9},
        {"stability_score_offset": 0.01},
        {"box_nms_thresh": 0.7},
        {"min_mask_region_area": 200},
    ],
    ids=lambda options: next(iter(options)),
)
def test_options_act(options: dict[str, Any], sam_checkpoint: Path) -> None:
    rgb = picture(72, 96)
    usual = SamMaskGenerator(checkpoint=str(sam_checkpoint), **ANY).generate(rgb)
    other = SamMaskGenerator(checkpoint=str(sam_checkpoint), **ANY | options).generate(rgb)
    assert 0 < other.count <= usual.count
    assert not same(usual, other)


def test_options_of_crops_reach_the_package(sam_checkpoint: Path) -> None:
    """Masks up to the edge of their crop count as cut off: random weights have no others."""
    options = {"crop_n_layers": 2, "crop_nms_thresh": 0.3, "crop_overlap_ratio": 0.2}
    generator = SamMaskGenerator(
        checkpoint=str(sam_checkpoint), **ANY, **options, crop_n_points_downscale_factor=2
    )
    package = generator._generator
    assert {name: getattr(package, name) for name in options} == options
    assert [len(points) for points in package.point_grids] == [16, 4, 1]
    assert generator.generate(picture(72, 96)).count == 1  # crop_nms_thresh holds for all of them


def test_crops_without_a_mask(sam_checkpoint: Path) -> None:
    generator = SamMaskGenerator(checkpoint=str(sam_checkpoint), points_per_side=2, crop_n_layers=1)
    assert generator.generate(picture(72, 96)).count == 0


def test_as_many_points_at_a_time_as_memory_allows(sam_checkpoint: Path) -> None:
    rgb = picture(72, 96)
    usual = SamMaskGenerator(checkpoint=str(sam_checkpoint), **ANY).generate(rgb)
    fewer = SamMaskGenerator(checkpoint=str(sam_checkpoint), **ANY, points_per_batch=3)
    masks = fewer.generate(rgb)
    assert masks.count == usual.count
    np.testing.assert_allclose(masks.qualities, usual.qualities, atol=1e-5)


@pytest.mark.parametrize("layers", [0, 1])
@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 2), (3, 2), (5, 7), (1, 40), (40, 1), (1, 400), (400, 1)]
)
def test_small_and_thin_pictures(shape: tuple[int, int], layers: int, sam_checkpoint: Path) -> None:
    options = ANY | {"points_per_side": 2, "crop_n_layers": layers}
    masks = SamMaskGenerator(checkpoint=str(sam_checkpoint), **options).generate(picture(*shape))
    assert masks.shape == shape
    scores = np.full((2, *shape), 0.5, np.float32)
    assert fuse(scores, masks, vote=Vote()).label_map.shape == shape


def test_a_large_picture_is_cut_small_and_its_masks_are_enlarged(sam_checkpoint: Path) -> None:
    small = picture(64, 96)
    large = small.repeat(3, axis=0).repeat(3, axis=1)
    generator = SamMaskGenerator(checkpoint=str(sam_checkpoint), **ANY, max_side=96)
    expected, masks = generator.generate(small), generator.generate(large)
    assert masks.shape == (192, 288)
    assert masks.count == expected.count > 3
    assert masks.qualities == expected.qualities
    for mask, of_small in zip(masks.masks, expected.masks, strict=True):
        assert (mask.top, mask.left) == (3 * of_small.top, 3 * of_small.left)
        np.testing.assert_array_equal(
            mask.pixels, of_small.pixels.repeat(3, axis=0).repeat(3, axis=1)
        )


def test_a_huge_picture_needs_little_memory(sam_checkpoint: Path) -> None:
    """In a process of its own, which may not have more than the masks' bound and some."""
    options = ANY | {"points_per_side": 2, "box_nms_thresh": 0.7}
    program = f"""
import resource, sys
import numpy as np
from laecips_cloud.mask_generators.sam.torch_backend.torch_sam import SamMaskGenerator  # noqa: E402
generator = SamMaskGenerator(checkpoint={str(sam_checkpoint)!r}, **{options})
rgb = np.zeros((10_000, 10_000, 3), np.uint8)
rgb[2000:7000, 3000:5000] = (200, 30, 90)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
masks = generator.generate(rgb)
assert masks.shape == (10_000, 10_000) and masks.count > 0
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 1024  # MiB; the masks of 4 points at full size would take 4.8 GB


@pytest.mark.parametrize("precision", ["bf16", "fp32"])
def test_precision(precision: str, sam_checkpoint: Path) -> None:
    rgb = picture(72, 96)
    exact = SamMaskGenerator(checkpoint=str(sam_checkpoint), **ANY).generate(rgb)
    masks = SamMaskGenerator(checkpoint=str(sam_checkpoint), precision=precision, **ANY).generate(
        rgb
    )
    assert same(masks, exact) is (precision == "fp32")
    assert masks.count > 0
    assert abs(masks.qualities[0] - exact.qualities[0]) < 0.05


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"checkpoint": ""}, "set its option checkpoint to sam_vit_b"),
        ({"points_per_side": 0}, "points_per_side is 0, it must lie in 1 to 512"),
        ({"points_per_batch": 0}, "points_per_batch is 0, it must lie in 1 to 65536"),
        ({"pred_iou_thresh": 1.5}, "pred_iou_thresh is 1.5, it must lie in 0 to 1"),
        ({"stability_score_thresh": float("nan")}, "stability_score_thresh is nan, it must"),
        ({"stability_score_offset": -1.0}, "stability_score_offset is -1.0, it must lie in 0"),
        ({"box_nms_thresh": -0.1}, "box_nms_thresh is -0.1"),
        ({"crop_n_layers": 5}, "crop_n_layers is 5, it must lie in 0 to 4"),
        ({"crop_nms_thresh": 2.0}, "crop_nms_thresh is 2.0"),
        ({"crop_overlap_ratio": 1.1}, "crop_overlap_ratio is 1.1"),
        ({"crop_n_points_downscale_factor": 0}, "crop_n_points_downscale_factor is 0"),
        (
            {"crop_n_points_downscale_factor": 6, "crop_n_layers": 2},
            "with 2 layers of crops no point of 32 a side is left; take less",
        ),
        ({"min_mask_region_area": -1}, "min_mask_region_area is -1"),
        ({"max_side": 10}, "max_side is 10, it must lie in 64 to 8192"),
        ({"precision": "int8"}, "precision 'int8' is not known: take one of fp32, bf16, fp16"),
        ({"precision": "fp16"}, "precision fp16 is for GPUs; on a CPU take fp32, or bf16"),
        ({"device": "cuda:99"}, "device 'cuda:99' cannot be used"),
        ({"device": "toaster"}, "device 'toaster' cannot be used"),
    ],
)
def test_what_cannot_be_used(options: dict, message: str, sam_checkpoint: Path) -> None:
    with pytest.raises(MaskGeneratorError, match=message) as caught:
        SamMaskGenerator(**({"checkpoint": str(sam_checkpoint)} | options))
    assert "\n" not in str(caught.value)
