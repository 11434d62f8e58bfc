"""The same masks with a torchvision that matches, with one that does not, with none."""

import hashlib
import inspect
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laecips_cloud.mask_generators.sam.torch_backend.torch_sam import SamMaskGenerator  # noqa: E402
from laecips_cloud.mask_generators.sam.torch_backend.torchvision_stand_in import (  # noqa: E402
    batched_nms,
    box_area,
    nms,
    resize,
    to_pil_image,
)

# Stands for an installed one that fits: the same four functions, written another way.
BOXES_OPS = """
import numpy as np, torch

def box_area(boxes):
    x0, y0, x1, y1 = boxes.unbind(1)
    return (x1 - x0) * (y1 - y0)

def _iou(a, b):
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    union = sum(areas) - width * height
    return width * height / union if union else 0.0

def batched_nms(boxes, scores, idxs, iou_threshold):
    rows, kept = boxes.tolist(), []
    for place in np.argsort(-scores.numpy(), kind="stable").tolist():
        rivals = [other for other in kept if idxs[other] == idxs[place]]
        if all(_iou(rows[place], rows[other]) <= iou_threshold for other in rivals):
            kept.append(place)
    return torch.tensor(kept, dtype=torch.int64)
"""
TRANSFORMS = """
import PIL.Image

to_pil_image = PIL.Image.fromarray

def resize(picture, size):
    height, width = size
    return picture.resize((width, height), PIL.Image.BILINEAR)
"""
MATCHING = {
    "__init__.py": "",
    "ops/__init__.py": "",
    "ops/boxes.py": BOXES_OPS,
    "transforms/__init__.py": "",
    "transforms/functional.py": TRANSFORMS,
}
MISMATCHING = {
    "__init__.py": "from torchvision import extension",
    "extension.py": "raise RuntimeError('operator torchvision::nms does not exist')",
}


STAND_IN = "laecips_cloud.mask_generators.sam.torch_backend.torchvision_stand_in"
OPTIONS = {"points_per_side": 4, "pred_iou_thresh": 0.0, "stability_score_thresh": 0.0}


def digest(checkpoint: str, options: dict) -> str:
    """Of the masks of a picture that must be enlarged, and of what is thought of them."""
    rgb = np.random.default_rng(0).integers(0, 255, (72, 96, 3), np.uint8)
    hashed = hashlib.sha256()
    for threshold in (0.7, 1.0):
        generator = SamMaskGenerator(checkpoint=checkpoint, box_nms_thresh=threshold, **options)
        masks = generator.generate(rgb)
        hashed.update(repr((masks.qualities, masks.stabilities)).encode())
        for mask in masks.masks:
            hashed.update(repr((mask.top, mask.left, mask.pixels.shape)).encode())
            hashed.update(mask.pixels.tobytes())
    return f"{masks.count} {hashed.hexdigest()}"


@pytest.mark.parametrize(
    ("torchvision", "used"),
    [
        pytest.param(MATCHING, "torchvision.ops.boxes", id="matching"),
        pytest.param(MISMATCHING, STAND_IN, id="mismatching"),
        pytest.param({}, STAND_IN, id="none"),
    ],
)
def test_the_same_masks_with(
    torchvision: dict[str, str], used: str, tmp_path: Path, sam_checkpoint: Path
) -> None:
    for name, content in torchvision.items():
        path = tmp_path / "torchvision" / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(content)
    program = f"""
        import sys
        class Missing:  # an installed torchvision must not be found in its place
            def find_spec(self, name, *_):
                if name.split(".")[0] == "torchvision" and not {bool(torchvision)}:
                    raise ModuleNotFoundError(name)
        sys.meta_path.insert(0, Missing())
        sys.path.insert(0, {str(tmp_path)!r})
        from laecips_cloud.mask_generators.sam.torch_backend.torchvision_stand_in import (
            import_segment_anything,
        )
        package = import_segment_anything()
        print(package.automatic_mask_generator.batched_nms.__module__)
        if {torchvision is not MATCHING}:
            assert not [name for name in sys.modules if name.startswith("torchvision.ops")]
        import hashlib
        import numpy as np
        from laecips_cloud.mask_generators.sam.torch_backend.torch_sam import SamMaskGenerator
    """
    program = textwrap.dedent(program) + inspect.getsource(digest)
    program += f"print(digest({str(sam_checkpoint)!r}, {OPTIONS}))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [used, digest(str(sam_checkpoint), OPTIONS)]
    assert not done.stdout.splitlines()[1].startswith("0 ")


BOXES = torch.tensor(
    [[0.0, 0, 10, 10], [0, 0, 10, 9], [20, 20, 30, 30], [0, 0, 10, 10]], dtype=torch.float32
)


@pytest.mark.parametrize(
    ("scores", "threshold", "kept"),
    [
        ([0.5, 0.9, 0.1, 0.4], 0.7, [1, 2]),
        ([0.9, 0.5, 0.1, 0.4], 0.95, [0, 1, 2]),
        ([0.9, 0.5, 0.1, 0.9], 0.9, [0, 1, 2]),
        ([0.9, 0.5, 0.1, 0.4], 1.0, [0, 1, 3, 2]),
    ],
)
def test_nms(scores: list[float], threshold: float, kept: list[int]) -> None:
    assert nms(BOXES, torch.tensor(scores), threshold).tolist() == kept


def test_nms_of_nothing() -> None:
    assert nms(torch.zeros(0, 4), torch.zeros(0), 0.5).tolist() == []
    assert batched_nms(torch.zeros(0, 4), torch.zeros(0), torch.zeros(0), 0.5).tolist() == []


def test_batched_nms_keeps_categories_apart() -> None:
    scores = torch.tensor([0.9, 0.8, 0.7, 0.6])
    assert batched_nms(BOXES, scores, torch.tensor([0, 0, 0, 1]), 0.5).tolist() == [0, 2, 3]
    assert batched_nms(BOXES, scores, torch.tensor([0, 1, 2, 3]), 0.5).tolist() == [0, 1, 2, 3]


def test_box_area() -> None:
    assert box_area(BOXES).tolist() == [100, 90, 100, 100]


def test_resize_is_rows_first() -> None:
    picture = np.full((40, 60, 3), 7, np.uint8)
    small = np.asarray(resize(to_pil_image(picture), (20, 10)))
    assert small.shape == (20, 10, 3)
    assert (small == 7).all()
