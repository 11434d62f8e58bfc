"""A small SAM is small, is a SAM to all that loads one, and answers as the package's decoder."""

from pathlib import Path

import pytest
import torch
from laecips_cloud.mask_generators.sam_checkpoint import load_sam
from laecips_cloud.networks.small_sam import SmallSamSizes, ask, megabytes, save_half, small_sam

TINY = SmallSamSizes(grid=8, patch=4, width=16, depth=2, heads=2, window=4, channels=16)


def test_the_usual_one_fits_into_ten_megabytes() -> None:
    sizes = SmallSamSizes()
    assert (sizes.picture, sizes.mask) == (256, 128)
    assert megabytes(small_sam(sizes)) <= 10.0


def test_shapes() -> None:
    answer = ask(small_sam(TINY), torch.zeros(2, 3, 24, 32), torch.full((2, 5, 2), 7.0))
    assert answer.embeddings.shape == (2, 16, 8, 8)
    assert answer.logits.shape == (2, 5, 3, 32, 32)
    assert answer.ious.shape == (2, 5, 3)


def test_the_seed_alone_decides() -> None:
    torch.manual_seed(5)
    one = small_sam(TINY, seed=1).state_dict()
    before = torch.random.get_rng_state()
    two = small_sam(TINY, seed=1).state_dict()
    other = small_sam(TINY, seed=2).state_dict()
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert not all(torch.equal(one[name], other[name]) for name in one)


def test_several_pictures_are_answered_as_segment_anything_answers_each() -> None:
    sam = small_sam(TINY).eval()
    draw = torch.Generator().manual_seed(0)
    pictures = 255 * torch.rand(2, 3, 32, 32, generator=draw)
    points = 32 * torch.rand(2, 3, 2, generator=draw)
    with torch.inference_mode():
        answer = ask(sam, pictures, points)
        for i in range(2):
            asked = {
                "image": pictures[i],
                "point_coords": points[i][:, None],
                "point_labels": torch.ones(3, 1),
                "original_size": (32, 32),
            }
            (theirs,) = sam([asked], multimask_output=True)
            torch.testing.assert_close(answer.logits[i], theirs["low_res_logits"])
            torch.testing.assert_close(answer.ious[i], theirs["iou_predictions"])


@pytest.mark.parametrize("sizes", [TINY, SmallSamSizes(grid=16, depth=4, width=64, heads=2)])
def test_the_mask_generator_tells_its_sizes_from_the_file(
    sizes: SmallSamSizes, tmp_path: Path
) -> None:
    sam, path = small_sam(sizes), tmp_path / "small_sam.pth"
    save_half(sam, path)
    loaded = load_sam(path)
    for name, weight in sam.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], weight.half().float()), name
    pictures, points = torch.full((1, 3, 16, 16), 99.0), torch.full((1, 1, 2), 3.0)
    with torch.inference_mode():
        torch.testing.assert_close(
            ask(loaded, pictures, points).logits,
            ask(sam.eval(), pictures, points).logits,
            atol=0.02,
            rtol=0.02,
        )


def test_weights_that_have_run_away_are_not_written(tmp_path: Path) -> None:
    sam = small_sam(TINY)
    with torch.no_grad():
        sam.mask_decoder.iou_token.weight[0, 0] = 1e6
    with pytest.raises(ValueError, match=r"mask_decoder.iou_token.weight does not fit"):
        save_half(sam, tmp_path / "small_sam.pth")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"grid": 1}, "small SAM: grid is 1: out of range"),
        ({"heads": 3}, "heads is 3"),
        ({"heads": 0}, "heads is 0"),
        ({"window": 32}, "window is 32"),
        ({"channels": 40}, "channels is 40"),
    ],
)
def test_sizes_that_cannot_be(sizes: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SmallSamSizes(**sizes)  # type: ignore[arg-type]
