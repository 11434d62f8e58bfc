"""Pictures reach the encoder as segment-anything's own do."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laecips_cloud.mask_generators.sam.automatic.geometry import geometry  # noqa: E402
from laecips_cloud.mask_generators.sam.onnx_backend.networks import square_picture  # noqa: E402
from laecips_cloud.mask_generators.sam.torch_backend.checkpoint import load_sam  # noqa: E402
from laecips_cloud.mask_generators.sam.torch_backend.torchvision_stand_in import (  # noqa: E402
    import_segment_anything,
)


@pytest.mark.parametrize("shape", [(72, 96), (300, 211), (128, 128), (1, 64), (40, 3)])
def test_as_the_packages(shape: tuple[int, int], sam_checkpoint: Path) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    predictor = import_segment_anything().SamPredictor(load_sam(sam_checkpoint))
    resized = predictor.transform.apply_image(rgb)
    theirs = predictor.model.preprocess(torch.from_numpy(resized).permute(2, 0, 1)[None])
    ours = square_picture(
        rgb,
        geometry(shape, 128, 32),
        square=128,
        mean=(123.675, 116.28, 103.53),
        std=(58.395, 57.12, 57.375),
    )
    assert (ours.shape, ours.dtype) == ((1, 3, 128, 128), np.float32)
    np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-5)
