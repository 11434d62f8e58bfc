"""SAM as it is exported computes what segment-anything's own modules do."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from laecips_cloud.mask_generators.sam.export import encoder  # noqa: E402
from laecips_cloud.mask_generators.sam.export.decoder import SamDecoder  # noqa: E402
from laecips_cloud.mask_generators.sam.export.encoder import SamEncoder  # noqa: E402
from laecips_cloud.mask_generators.sam.torch_backend.checkpoint import load_sam  # noqa: E402


@pytest.fixture(scope="module")
def sam(sam_checkpoint: Path) -> Any:
    """The small SAM, no weight of which is zero."""
    network: Any = load_sam(sam_checkpoint)
    draw = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(0.2 * torch.randn(weight.shape, generator=draw))
    return network


@pytest.fixture(scope="module")
def picture() -> Any:
    return torch.randn(1, 3, 128, 128, generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize("rows", [3, 4, 8, 64])
def test_encoder(sam: Any, picture: Any, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "_ROWS", rows)
    with torch.inference_mode():
        ours = SamEncoder(sam)(picture)
        theirs = (
            sam.image_encoder(picture) + sam.prompt_encoder.no_mask_embed.weight[..., None, None]
        )
    np.testing.assert_allclose(ours, theirs.flatten(2).transpose(1, 2), atol=1e-5)
    assert theirs.std() > 0.1


@pytest.mark.parametrize("count", [1, 5])
def test_decoder(sam: Any, picture: Any, count: int) -> None:
    points = torch.rand(count, 2, generator=torch.Generator().manual_seed(3)) * 128
    with torch.inference_mode():
        logits, ratings = SamDecoder(sam)(SamEncoder(sam)(picture), points)
        sparse, dense = sam.prompt_encoder(
            points=(points[:, None], torch.ones(count, 1, dtype=torch.int)), boxes=None, masks=None
        )
        masks, ious = sam.mask_decoder(
            image_embeddings=sam.image_encoder(picture),
            image_pe=sam.prompt_encoder.get_dense_pe(),
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            multimask_output=True,
        )
    assert logits.shape == masks.shape == (count, 3, 32, 32)
    scale = float(masks.std())
    assert scale > 0.01
    np.testing.assert_allclose(logits, masks, atol=1e-4 * scale)
    np.testing.assert_allclose(ratings, ious, atol=1e-4)


def test_nothing_of_sam_is_changed(sam: Any) -> None:
    before = {name: weight.clone() for name, weight in sam.state_dict().items()}
    SamEncoder(sam), SamDecoder(sam)
    after = sam.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(weight, after[name]) for name, weight in before.items())
