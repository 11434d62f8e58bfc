import threading
from collections.abc import Callable, Sequence
from itertools import islice

import numpy as np
import pytest
import torch
from laecips_cloud.training.data import batches as batches_module
from laecips_cloud.training.data.augment import Geometry
from laecips_cloud.training.data.batches import MEAN, STD, Batches, normalise
from laecips_cloud.training.data.labelled_frames import LabelledFrame

GEOMETRY = Geometry(size=(32, 48))


def test_normalise_is_what_the_network_was_made_for() -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, 4, 5, 3), dtype=np.uint8)
    batch = normalise(images)
    expected = (images / 255 - np.array(MEAN)) / np.array(STD)
    assert batch.dtype == torch.float32
    np.testing.assert_allclose(batch.permute(0, 2, 3, 1).numpy(), expected, atol=1e-5)
    assert batch.is_contiguous(memory_format=torch.channels_last)


def test_a_seed_gives_the_same_batches(
    toy_frames: Callable[..., Sequence[LabelledFrame]],
) -> None:
    def take(seed: int) -> list[torch.Tensor]:
        with Batches(frames=toy_frames(count=5), geometry=GEOMETRY, batch=2, seed=seed) as batches:
            return [part for batch in islice(batches, 4) for part in batch]

    one, two, other = take(1), take(1), take(2)
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))
    assert not torch.equal(one[0], other[0])
    assert [tuple(part.shape) for part in one[:2]] == [(2, 3, 32, 48), (2, 32, 48)]
    assert set(one[1].unique().tolist()) <= {0, 1, 2, 255}


def test_each_frame_comes_once_an_epoch() -> None:
    # Frames of one grey each, told apart by their only class.
    frames = [
        LabelledFrame(str(i), np.zeros((32, 48, 3), np.uint8), np.full((32, 48), i, np.uint8))
        for i in range(6)
    ]
    with Batches(frames=frames, geometry=GEOMETRY, batch=2, seed=0) as batches:
        seen = [int(label[8, 8]) for _, labels in islice(batches, 6) for label in labels]
    assert sorted(seen[:6]) == sorted(seen[6:]) == list(range(6))
    assert seen[:6] != seen[6:]


@pytest.mark.parametrize(
    ("relit", "lit"),
    [
        (None, (20, 20)),  # always
        ([1.0, 1.0], (20, 20)),
        ([0.0, 0.0], (0, 0)),
        ([1.0, 0.0], (20, 0)),  # of each frame its own share
        ([0.0, 0.5], (0, None)),
    ],
)
def test_a_share_of_the_pictures_gets_another_light(
    monkeypatch: pytest.MonkeyPatch, relit: list[float] | None, lit: tuple[int, int | None]
) -> None:
    def other_light(image: np.ndarray, random: np.random.Generator, strength: float) -> np.ndarray:
        return np.full_like(image, round(200 * strength))

    monkeypatch.setattr(batches_module, "relight", other_light)
    # Dark frames of one class each; 20 batches of both of them.
    frames = [
        LabelledFrame(str(i), np.zeros((32, 48, 3), np.uint8), np.full((32, 48), i, np.uint8))
        for i in range(2)
    ]
    counts = [0, 0]
    with Batches(frames=frames, geometry=GEOMETRY, batch=2, seed=0, relit=relit) as batches:
        for images, labels in islice(batches, 20):
            for image, label in zip(images, labels, strict=True):
                counts[int(label[8, 8])] += bool(image[0, 16, 24] > 0)
    for count, expected in zip(counts, lit, strict=True):
        assert count == expected if expected is not None else 2 < count < 18


def test_the_other_light_has_the_strength_that_was_asked_for(
    toy_frames: Callable[..., Sequence[LabelledFrame]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def spy(image: np.ndarray, random: np.random.Generator, strength: float) -> np.ndarray:
        asked.append(strength)
        return image

    monkeypatch.setattr(batches_module, "relight", spy)
    with Batches(
        frames=toy_frames(count=2), geometry=GEOMETRY, batch=2, seed=0, relit_strength=0.3
    ) as batches:
        next(iter(batches))
    assert set(asked) == {0.3}


def test_the_thread_ends_with_the_block(
    toy_frames: Callable[..., Sequence[LabelledFrame]],
) -> None:
    before = threading.active_count()
    with Batches(frames=toy_frames(count=2), geometry=GEOMETRY, batch=2, seed=0):
        assert threading.active_count() == before + 1
    assert threading.active_count() == before


def test_a_frame_that_cannot_be_read_is_told_to_the_taker() -> None:
    class Broken(list[LabelledFrame]):
        def __getitem__(self, index: object) -> LabelledFrame:  # type: ignore[override]
            raise OSError("frame 7: cannot be read")

    broken = Broken([LabelledFrame("", np.zeros(0, np.uint8), np.zeros(0, np.uint8))])
    with (
        Batches(frames=broken, geometry=GEOMETRY, batch=1, seed=0) as batches,
        pytest.raises(OSError, match="frame 7: cannot be read"),
    ):
        next(iter(batches))


def test_no_frames_is_an_error() -> None:
    with pytest.raises(ValueError, match="no frames to train on"):
        Batches(frames=[], geometry=GEOMETRY, batch=1, seed=0)
