"""SAM exported: the masks of the package on the same weights, on every engine."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laecips_cloud.fusion.mask_fusion import fuse  # noqa: E402
from laecips_cloud.mask_generators import (  # noqa: E402
    MaskGeneratorError,
    create_mask_generator,
)
from laecips_cloud.mask_generators.sam.automatic.prompts import chosen_points  # noqa: E402
from laecips_cloud.mask_generators.sam.onnx_backend.networks import PICTURE, SamNetworks  # noqa: E402
from laecips_cloud.mask_generators.sam.onnx_backend.onnx_sam import SamOnnxMaskGenerator  # noqa: E402
from laecips_cloud.mask_generators.sam.torch_backend.checkpoint import load_sam  # noqa: E402
from laecips_cloud.mask_generators.sam.torch_backend.torchvision_stand_in import (  # noqa: E402
    import_segment_anything,
)
from laecips_cloud.masks import MaskSet  # noqa: E402

# Random weights are sure of nothing, and all their masks are as large as the picture.
ALL = {
    "points_per_side": 3,
    "pred_iou_thresh": 0.0,
    "stability_score_thresh": 0.0,
    "box_nms_thresh": 1.0,
}


def picture(seed: int, shape: tuple[int, int] = (72, 96)) -> np.ndarray:
    blocks = np.random.default_rng(seed).integers(0, 256, (4, 5, 3), np.uint8)
    return cv2.resize(blocks, shape[::-1], interpolation=cv2.INTER_CUBIC)


def whole(masks: MaskSet) -> list[np.ndarray]:
    full = [np.zeros(masks.shape, np.bool_) for _ in masks.masks]
    for pixels, (top, left, part) in zip(full, masks.masks, strict=True):
        pixels[top : top + part.shape[0], left : left + part.shape[1]] = part
    return full


def best_iou(mask: np.ndarray, others: list[np.ndarray]) -> float:
    return max(((mask & other).sum() / (mask | other).sum() for other in others), default=0.0)


@pytest.mark.parametrize(
    ("engine", "least"),
    # Of random weights' logits many are next to the threshold; bfloat16 turns some.
    [("onnxruntime", 0.99), ("openvino", 0.9)],
)
def test_masks_are_the_packages(
    engine: str, least: float, exported_sam: Path, sam_checkpoint: Path
) -> None:
    if engine == "openvino":
        pytest.importorskip("openvino")
    ours = SamOnnxMaskGenerator(model=str(exported_sam), engine=engine, points_per_batch=4, **ALL)
    theirs = import_segment_anything().SamAutomaticMaskGenerator(
        load_sam(sam_checkpoint),
        points_per_side=3,
        pred_iou_thresh=0.0,
        stability_score_thresh=0.0,
        box_nms_thresh=1.0,
    )
    ious: list[float] = []
    for seed, shape in enumerate([(72, 96), (96, 72), (150, 211)]):
        rgb = picture(seed, shape)
        expected = [record["segmentation"] for record in theirs.generate(rgb)]
        expected = [mask for mask in expected if mask.any()]
        found = whole(ours.generate(rgb))
        assert len(expected) > 5
        ious += [best_iou(mask, found) for mask in expected]
        ious += [best_iou(mask, expected) for mask in found]
    assert np.mean(ious) >= least


def test_with_crops_masks_are_the_packages(exported_sam: Path, sam_checkpoint: Path) -> None:
    options = ALL | {"crop_n_layers": 1, "crop_nms_thresh": 1.0, "points_per_side": 4}
    options |= {"crop_n_points_downscale_factor": 2, "crop_overlap_ratio": 1.0}
    ours = SamOnnxMaskGenerator(model=str(exported_sam), **options)
    theirs = import_segment_anything().SamAutomaticMaskGenerator(
        load_sam(sam_checkpoint), **options
    )
    # Masks of random weights fill their crop: they are not cut off where it ends near the picture.
    rgb = picture(1, (150, 165))
    expected = [record["segmentation"] for record in theirs.generate(rgb)]
    found = whole(ours.generate(rgb))
    without = SamOnnxMaskGenerator(model=str(exported_sam), **(options | {"crop_n_layers": 0}))
    assert len(found) > without.generate(rgb).count
    ious = [best_iou(mask, found) for mask in expected if mask.any()]
    ious += [best_iou(mask, expected) for mask in found]
    assert np.mean(ious) >= 0.99


@pytest.mark.parametrize("per_batch", [1, 4, 64])
def test_masks_do_not_depend_on_the_batch(exported_sam: Path, per_batch: int) -> None:
    masks = [
        SamOnnxMaskGenerator(model=str(exported_sam), points_per_batch=size, **ALL).generate(
            picture(0)
        )
        for size in (9, per_batch)
    ]
    assert masks[0].count == masks[1].count > 5
    for one, other in zip(*(whole(m) for m in masks), strict=True):
        assert best_iou(one, [other]) > 0.99


def test_all_but_a_processor_is_warmed_up(
    exported_sam: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, ...]] = []
    embed = SamNetworks.embed

    def spy(networks: SamNetworks, pictures: np.ndarray) -> list[np.ndarray]:
        seen.append(pictures.shape)
        return embed(networks, pictures)

    monkeypatch.setattr(SamNetworks, "embed", spy)
    SamOnnxMaskGenerator(model=str(exported_sam), **ALL)
    assert seen == []
    # The one other provider that is in every build; here it does nothing.
    providers = "AzureExecutionProvider+CPUExecutionProvider"
    SamOnnxMaskGenerator(model=str(exported_sam), providers=providers, **ALL)
    assert seen == [(1, 3, 128, 128)]


def test_on_openvino_pictures_come_one_by_one(exported_sam: Path) -> None:
    pytest.importorskip("openvino")
    generator = SamOnnxMaskGenerator(model=str(exported_sam), engine="openvino", **ALL)
    assert generator.prepare_batches(4) == 1


@pytest.mark.parametrize("options", [{}, {"crop_n_layers": 1}, {"chosen_points": 5}])
def test_several_pictures_share_a_run_of_the_encoder(
    options: dict[str, int], exported_sam: Path
) -> None:
    generator = SamOnnxMaskGenerator(model=str(exported_sam), **(ALL | options))
    noise = picture(0)
    pictures = [noise, 255 - noise[:50, :40], noise[::-1].copy()]
    scores = [np.full((3, *rgb.shape[:2]), 1 / 3, np.float32) for rgb in pictures]
    alone = [generator.generate_with(*pair) for pair in zip(pictures, scores, strict=True)]
    assert generator.prepare_batches(4) == 4
    with count_pictures(generator.networks) as seen:
        together = generator.generate_batch(pictures, scores)
    assert seen == [3] + [1] * 4 * 3 * options.get("crop_n_layers", 0)
    for one, other in zip(alone, together, strict=True):
        assert one.shape == other.shape
        assert one.count == other.count > 0
        ious = [best_iou(mask, whole(other)) for mask in whole(one)]
        assert np.mean(ious) > 0.99


@contextmanager
def count_pictures(networks: SamNetworks) -> Iterator[list[int]]:
    """How many pictures each run of the encoder had."""
    encoder, seen = networks._encoder, []

    class Counting:
        def run(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
            seen.append(len(inputs[PICTURE]))
            return encoder.run(inputs)

    networks._encoder = Counting()
    yield seen
    networks._encoder = encoder


def test_it_is_offered_and_its_masks_can_be_fused(exported_sam: Path) -> None:
    options = {"model": str(exported_sam), **{name: str(value) for name, value in ALL.items()}}
    masks = create_mask_generator("sam_onnx", options).generate(picture(0))
    assert isinstance(masks, MaskSet)
    assert masks.count > 5
    scores = np.full((3, 72, 96), 1 / 3, np.float32)
    assert fuse(scores, masks).label_map.shape == (72, 96)


def test_points_may_be_given(exported_sam: Path) -> None:
    generator = SamOnnxMaskGenerator(model=str(exported_sam), **ALL)
    rgb = picture(0)
    grid = np.array([[x, y] for y in (12.0, 36.0, 60.0) for x in (16.0, 48.0, 80.0)])
    assert generator.at(rgb, grid).count == generator.generate(rgb).count
    assert generator.at(rgb, np.zeros((0, 2))).count == 0


def test_prompts_may_be_chosen_by_scores(exported_sam: Path) -> None:
    scores = np.random.default_rng(0).dirichlet(np.ones(3), (72, 96)).transpose(2, 0, 1)
    scores = np.ascontiguousarray(scores, np.float32)
    rgb = picture(0)
    grid = SamOnnxMaskGenerator(model=str(exported_sam), **ALL)
    assert grid.generate_with(rgb, scores).count == grid.generate(rgb).count
    chosen = SamOnnxMaskGenerator(model=str(exported_sam), chosen_points=5, **ALL)
    expected = chosen.at(rgb, chosen_points(scores, 5))
    assert 0 < chosen.generate_with(rgb, scores).count == expected.count <= 3 * 5
    cut = SamOnnxMaskGenerator(
        model=str(exported_sam), chosen_points=5, crop_n_layers=1, **(ALL | {"crop_nms_thresh": 1})
    )
    assert cut.generate_with(rgb, scores).count >= expected.count
    assert chosen.generate(rgb).count == grid.generate(rgb).count


@pytest.mark.parametrize("shape", [(1, 1), (2, 90)])
def test_small_pictures(exported_sam: Path, shape: tuple[int, int]) -> None:
    rgb = np.full((*shape, 3), 90, np.uint8)
    assert SamOnnxMaskGenerator(model=str(exported_sam), **ALL).generate(rgb).shape == shape


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": ""}, "sam_onnx needs a network: set its option model to a folder"),
        ({"model": "/nowhere"}, "sam_onnx: /nowhere/sam.json: cannot be read"),
        ({"points_per_side": 0}, "sam_onnx: points_per_side is 0, it must lie in 1 to 512"),
        ({"points_per_batch": 0}, "points_per_batch is 0, it must lie in 1 to 65536"),
        ({"crop_n_layers": 5}, "sam_onnx: crop_n_layers is 5, it must lie in 0 to 4"),
        ({"crop_overlap_ratio": 1.5}, "crop_overlap_ratio is 1.5, it must lie in 0 to 1"),
        ({"pred_iou_thresh": 1.5}, "pred_iou_thresh is 1.5, it must lie in 0 to 1"),
        ({"stability_score_thresh": float("nan")}, "stability_score_thresh is nan"),
        ({"stability_score_offset": -1.0}, "stability_score_offset is -1.0, it must lie in 0 to"),
        ({"box_nms_thresh": -0.1}, "box_nms_thresh is -0.1, it must lie in 0 to 1"),
        ({"crop_nms_thresh": 1.1}, "crop_nms_thresh is 1.1, it must lie in 0 to 1"),
        ({"min_mask_region_area": -1}, "min_mask_region_area is -1, it must lie in 0 to"),
        (
            {"crop_n_layers": 2, "crop_n_points_downscale_factor": 6},
            "sam_onnx: crop_n_points_downscale_factor is 6: with 2 layers of crops no point of 32",
        ),
        ({"chosen_points": -1}, "chosen_points is -1, it must be at least 0"),
        ({"engine": "abacus"}, "encoder.onnx: engine: 'abacus' is not known"),
        ({"threads": 0}, "encoder.onnx: engine: threads must be at least 1"),
        ({"providers": "WarpExecutionProvider"}, "no provider WarpExecutionProvider"),
    ],
)
def test_what_cannot_be_made(options: dict, message: str, exported_sam: Path) -> None:
    with pytest.raises(MaskGeneratorError, match=re.escape(message)) as caught:
        SamOnnxMaskGenerator(**({"model": str(exported_sam)} | options))
    assert "\n" not in str(caught.value)
