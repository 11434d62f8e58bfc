"""Fixtures that more than one test module needs."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from laecips_edge.core.bundle.bundle import Bundle
    from torch import Tensor

# A machine under load makes any example slow; a test that hangs is ended by pytest's timeout.
settings.register_profile("laecips", deadline=None)
settings.load_profile("laecips")


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A real bundle with random weights: width 0.125, 96x128, four classes, delta 0.5."""
    torch = pytest.importorskip("torch")
    from laecips_cloud.export.bundle_export import export_bundle  # noqa: PLC0415 (not for every session)
    from laecips_cloud.networks import MinerNetwork, RFNet  # noqa: PLC0415

    rng = np.random.default_rng(1)
    images = [_blocks(rng) for _ in range(8)]
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(1)
        f = RFNet(classes=4, width=0.125, depth=False)
        h = MinerNetwork(classes=4, width=0.125)
        # Batch norms learn their statistics from these pictures, else every pixel gets one class
        # and every frame the same trust.
        for part in (*f.modules(), *h.modules()):
            if isinstance(part, torch.nn.BatchNorm2d):
                part.momentum = None
        batch = _batch(images)
        h(f.logits_at_stride(batch))
        # An engine that computes in bfloat16 moves the score of a random network far.
        h.fc.weight *= 0.4
        # Half of the pictures are easy at this delta, half are hard.
        h.fc.bias -= h.eval().score(f.eval().logits_at_stride(batch)).median()
    return export_bundle(
        f,
        h,
        tmp_path_factory.mktemp("bundles") / "tiny",
        name="tiny",
        classes=("belt", "part", "screw", "scratch"),
        palette=((90, 90, 90), (60, 120, 200), (220, 180, 60), (220, 60, 60)),
        input_size=(96, 128),
        delta=0.5,
        beta=0.1,
        quantiles=(0.1, 0.3, 0.5, 0.7, 0.9),
        thresholds={"laecips": 0.5, "spp": 0.5, "sm": 0.25, "mess": 0.5},
        agreement_images=images[:2],
    )


@pytest.fixture(scope="session")
def tiny_teacher(tmp_path_factory: pytest.TempPathFactory, tiny_bundle: Bundle) -> Path:
    """A folder with a network for the class scorers: of the tiny bundle's classes, random too."""
    torch = pytest.importorskip("torch")
    from laecips_cloud.export.scorer_export import export_scorer  # noqa: PLC0415
    from laecips_cloud.networks import RFNet  # noqa: PLC0415 (not for every session)

    rng = np.random.default_rng(2)
    classes = tiny_bundle.manifest.classes
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(2)
        network = RFNet(classes=len(classes), width=0.125, depth=False)
        for part in network.modules():  # as above
            if isinstance(part, torch.nn.BatchNorm2d):
                part.momentum = None
        network.logits_at_stride(_batch([_blocks(rng) for _ in range(8)]))
    path = tmp_path_factory.mktemp("teachers") / "tiny"
    export_scorer(network.eval(), path, classes=classes, input_size=(96, 128), temperature=1.5)
    return path


@pytest.fixture
def full_after() -> Iterator[Callable[[int], None]]:
    """Lets no file of this process grow past a size; None lifts the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(size: int | None) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft if size is None else size, hard))

    yield limit
    limit(None)


def _batch(images: list[np.ndarray]) -> Tensor:
    """Pictures as a network takes them: float32 [N,3,96,128]."""
    import torch  # noqa: PLC0415 (not for every session)

    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float() / 64 - 2


def _blocks(rng: np.random.Generator) -> np.ndarray:
    """A picture of coloured blocks, uint8 [96,128,3]: with edges, unlike noise."""
    return rng.integers(0, 256, (6, 8, 3), np.uint8).repeat(16, axis=0).repeat(16, axis=1)
