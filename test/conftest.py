"""Fixtures that more than one test module needs."""

from __future__ import annotations

import fcntl
import gc
import hashlib
import json
import os
import resource
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from laecips_edge.core.bundle.bundle import Bundle
    from torch import Tensor

# A machine under load makes any example slow; a test that hangs is ended by pytest's timeout.
settings.register_profile("laecips", deadline=None)
settings.register_profile("check", deadline=None, max_examples=20)  # the inner loop: make check
settings.load_profile("laecips")


WORKER = "PYTEST_XDIST_WORKER"
"""Set where the tests are shared out to several processes."""

MadeOnce = Callable[[str, Callable[[Path], object]], Path]
Graph = tuple[bytes, list[str]]

EXPORTS = {
    "laecips_cloud.export.bundle_export": ("segmenter_graph", "miner_graph"),
    "laecips_cloud.export.scorer_export": ("scorer_graph",),
}
"""Functions that export the graph of an architecture, which takes seconds."""

# What is imported and collected stays until the end: the garbage collector need not look through
# it again and again, neither as it grows (a fifth of a collection's time) nor later.
gc.disable()

COSTLY = {"made_once", "domain"}
"""Fixtures for what takes seconds: what is exported or trained, and nodes that find each other."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks tests that need something costly, or are of a system, as slow."""
    for item in items:
        if item.get_closest_marker("system") or COSTLY.intersection(item.fixturenames):
            item.add_marker(pytest.mark.slow)
    if WORKER in os.environ:
        share_out(items)


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def share_out(items: list[pytest.Item]) -> None:
    """Sorts tests so that several processes keep all cores busy until all are done.

    What takes long comes first: the checks of the whole tree, which lie at the top, then slow
    tests. Those of a system wait for much of their time, so their modules are spread among those
    that compute.
    """
    places: dict[Path, float] = {}
    slow = list(dict.fromkeys(item.path for item in items if is_slow(item)))
    for waits in (True, False):
        modules = [path for path in slow if ("system" in path.parts) == waits]
        places |= {path: number / len(modules) for number, path in enumerate(modules)}
    top = Path(__file__).parent
    items.sort(
        key=lambda item: (item.path.parent != top, not is_slow(item), places.get(item.path, 0))
    )


def is_slow(item: pytest.Item) -> bool:
    return item.get_closest_marker("slow") is not None


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """`made_once(name, fill)`: a folder that `fill` fills, once for all processes of a test run."""
    return _made_once(tmp_path_factory)


def _made_once(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    root = tmp_path_factory.getbasetemp()
    if WORKER in os.environ:
        root = root.parent  # each process has a folder of its own in it

    def it(name: str, fill: Callable[[Path], object]) -> Path:
        folder, filled = root / f"made_{name}", root / f"made_{name}.filled"
        with (root / f"made_{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not filled.exists():
                shutil.rmtree(folder, ignore_errors=True)  # what a fill that failed has left
                folder.mkdir()
                fill(folder)
                filled.touch()
        return folder

    return it


@pytest.fixture(scope="session", autouse=True)
def _graphs_are_exported_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Exports the graph of an architecture once for all processes of a test run.

    A graph has no weights and is the same from every network of its architecture
    (test_onnx_graph.py). Modules that no collected test has imported are left alone: to import
    them takes longer than most tests.
    """
    made_once = _made_once(tmp_path_factory)
    with pytest.MonkeyPatch.context() as patch:
        for module in EXPORTS.keys() & sys.modules.keys():
            for name in EXPORTS[module]:
                export = getattr(sys.modules[module], name)
                patch.setattr(sys.modules[module], name, _exported_once(made_once, name, export))
        yield


def _exported_once(
    made_once: MadeOnce, name: str, export: Callable[..., Graph]
) -> Callable[..., Graph]:
    def exported(*architecture: object) -> Graph:
        def fill(folder: Path) -> None:
            graph, weights = export(*architecture)
            (folder / "graph.onnx").write_bytes(graph)
            (folder / "weights.json").write_text(json.dumps(weights), encoding="utf-8")

        digest = hashlib.sha256(repr(architecture).encode()).hexdigest()
        folder = made_once(f"{name}_{digest[:16]}", fill)
        names = json.loads((folder / "weights.json").read_text(encoding="utf-8"))
        return (folder / "graph.onnx").read_bytes(), names

    return exported


@pytest.fixture(scope="session")
def tiny_bundle(made_once: MadeOnce) -> Bundle:
    """A real bundle with random weights: width 0.125, 96x128, four classes, delta 0.5."""
    from laecips_edge.core.bundle.bundle import Bundle  # noqa: PLC0415 (not for every session)

    return Bundle.load(made_once("tiny_bundle", _export_tiny_bundle) / "tiny")


def _export_tiny_bundle(folder: Path) -> None:
    torch = pytest.importorskip("torch")
    from laecips_cloud.export.bundle_export import export_bundle  # noqa: PLC0415
    from laecips_cloud.networks import MinerNetwork, RFNet  # noqa: PLC0415

    rng = np.random.default_rng(1)
    images = [_blocks(rng) for _ in range(8)]
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(1)
        f = RFNet(classes=4, width=0.125, depth=False)
        torch.manual_seed(6)
        h = MinerNetwork(classes=4, width=0.125)
        # As if trained: pictures of this size differ little in their expected IoU.
        h.fc.reset_parameters()
        h.doubt.weight.zero_()
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
    export_bundle(
        f,
        h,
        folder / "tiny",
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
def tiny_appealnet(made_once: MadeOnce, tiny_bundle: Bundle) -> Bundle:
    """The tiny bundle with an AppealNet's head, of random weights too, beside its f."""
    from laecips_edge.core.bundle.bundle import Bundle  # noqa: PLC0415 (not for every session)

    folder = made_once("tiny_appealnet", lambda it: _export_tiny_appealnet(it, tiny_bundle))
    return Bundle.load(folder / "tiny")


def _export_tiny_appealnet(folder: Path, bundle: Bundle) -> None:
    torch = pytest.importorskip("torch")
    from laecips_cloud.export.bundle_export import export_bundle, load_networks  # noqa: PLC0415
    from laecips_cloud.networks import AppealNet  # noqa: PLC0415 (not for every session)

    manifest = bundle.manifest
    f, h = load_networks(bundle)
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(3)
        appealnet = AppealNet(classes=f.classes, width=f.width).eval()
        appealnet.load_state_dict(f.state_dict(), strict=False)
        appealnet.predictor.fc.reset_parameters()
        rng = np.random.default_rng(1)
        _, qs = appealnet.logits_and_q(_batch([_blocks(rng) for _ in range(8)]))
    export_bundle(
        appealnet,
        h,
        folder / "tiny",
        name=manifest.name,
        classes=manifest.classes,
        palette=manifest.palette,
        input_size=manifest.input_size,
        delta=manifest.delta,
        beta=manifest.beta,
        quantiles=manifest.quantiles,
        thresholds={**manifest.thresholds, "appealnet": float(qs.median())},
        agreement_images=[frame.rgb for frame in bundle.agreement()],
    )


@pytest.fixture(scope="session")
def tiny_teacher(made_once: MadeOnce, tiny_bundle: Bundle) -> Path:
    """A folder with a network for the class scorers: of the tiny bundle's classes, random too."""
    classes = tiny_bundle.manifest.classes
    return made_once("tiny_teacher", lambda folder: _export_tiny_teacher(folder, classes)) / "tiny"


def _export_tiny_teacher(folder: Path, classes: Sequence[str]) -> None:
    torch = pytest.importorskip("torch")
    from laecips_cloud.export.scorer_export import export_scorer  # noqa: PLC0415
    from laecips_cloud.networks import RFNet  # noqa: PLC0415 (not for every session)

    rng = np.random.default_rng(2)
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(2)
        network = RFNet(classes=len(classes), width=0.125, depth=False)
        for part in network.modules():  # as above
            if isinstance(part, torch.nn.BatchNorm2d):
                part.momentum = None
        network.logits_at_stride(_batch([_blocks(rng) for _ in range(8)]))
    path = folder / "tiny"
    export_scorer(network.eval(), path, classes=classes, input_size=(96, 128), temperature=1.5)


@pytest.fixture(scope="session")
def sam_checkpoint(made_once: MadeOnce) -> Path:
    """A checkpoint of a very small SAM."""
    pytest.importorskip("torch")
    from tiny_sam import save_tiny_sam  # noqa: PLC0415 (needs torch)

    return made_once("sam", lambda it: save_tiny_sam(it / "sam_tiny.pth")) / "sam_tiny.pth"


@pytest.fixture(scope="session")
def exported_sam(made_once: MadeOnce, sam_checkpoint: Path) -> Path:
    """Its export: a folder for the mask generator `sam_onnx`."""
    from laecips_cloud.mask_generators.sam.export.sam_export import export_sam  # noqa: PLC0415 (needs torch)

    path = Path("new", "sam_tiny")
    return made_once("exported_sam", lambda it: export_sam(sam_checkpoint, it / path)) / path


@pytest.fixture(scope="session")
def exported_int8_sam(made_once: MadeOnce, sam_checkpoint: Path, exported_sam: Path) -> Path:
    """Its export in int8; only the encoder is another, so the decoder is not exported again."""
    from laecips_cloud.mask_generators.sam.export import sam_export  # noqa: PLC0415 (needs torch)

    graph = sam_export._graph

    def encoder_or_known(network: Any, *given: Any, **options: Any) -> bytes:
        if not isinstance(network, sam_export.SamDecoder):
            return graph(network, *given, **options)
        weights = given[2]
        known = (exported_sam / "sam.weights").read_bytes()
        weights.write(known[weights.tell() :])  # where its graph looks for them
        return (exported_sam / "decoder.onnx").read_bytes()

    def export(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sam_export, "_graph", encoder_or_known)
            sam_export.export_sam(sam_checkpoint, folder / "int8", int8=True)

    return made_once("exported_int8_sam", export) / "int8"


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
