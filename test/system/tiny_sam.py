"""A SAM small enough for tests: segment-anything's own network, random weights."""

from functools import partial
from pathlib import Path

import torch
from laecips_cloud.mask_generators.sam.torch_backend.torchvision_stand_in import (
    import_segment_anything,
)


def save_tiny_sam(path: Path) -> None:
    """Writes a checkpoint of SAM with 2 blocks of width 32, for pictures of 128 pixels."""
    modeling = import_segment_anything().modeling
    with torch.random.fork_rng():
        torch.manual_seed(0)
        sam = modeling.Sam(
            image_encoder=modeling.ImageEncoderViT(
                img_size=128,
                embed_dim=32,
                depth=2,
                num_heads=2,
                norm_layer=partial(torch.nn.LayerNorm, eps=1e-6),
                use_rel_pos=True,
                window_size=4,
                global_attn_indexes=(1,),
                out_chans=32,
            ),
            prompt_encoder=modeling.PromptEncoder(
                embed_dim=32,
                image_embedding_size=(8, 8),
                input_image_size=(128, 128),
                mask_in_chans=16,
            ),
            mask_decoder=modeling.MaskDecoder(
                transformer=modeling.TwoWayTransformer(
                    depth=2, embedding_dim=32, num_heads=8, mlp_dim=64
                ),
                transformer_dim=32,
                iou_head_hidden_dim=32,
            ),
        )
    torch.save(sam.state_dict(), path)
