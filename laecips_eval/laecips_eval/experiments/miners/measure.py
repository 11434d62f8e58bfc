"""Fill the table of frames: run f, every policy and F over a bag, once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from laecips_cloud.class_scorers import create_class_scorer
from laecips_cloud.fusion.assisted_inference import AssistedInference
from laecips_cloud.hard_frames.cloud_settings import CloudSettings
from laecips_cloud.mask_generators import create_mask_generator
from laecips_cloud.metrics import ConfusionMatrix
from laecips_cloud.plugins import options_of
from laecips_edge.core.atomic_files import sha256_of
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.routing.miners import APPEALNET, MINER_NAMES, create_miner
from laecips_edge.core.routing.policy import ALWAYS_UPLOADS, NEVER_UPLOADS
from numpy.typing import NDArray

from laecips_eval.bags import Bag, BagError, Segment
from laecips_eval.experiments.miners.frame_table import FrameTable

RANKING: Final = tuple(
    name for name in MINER_NAMES if name not in (NEVER_UPLOADS, ALWAYS_UPLOADS, APPEALNET)
)
"""The policies that rank frames, whatever f is; the f of an AppealNet has its own besides."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """What answers the frames.

    Attributes:
        bundle: folder of the pair (f, h).
        cloud: F: its class scorer, masks and vote; other settings are ignored.
        engine: engine of f and h.
    """

    bundle: Path
    cloud: CloudSettings
    engine: str = "onnxruntime"

    @staticmethod
    def of(bundle: Path, teacher: Path, *, engine: str = "onnxruntime") -> Deployment:
        """Return the deployment whose cloud asks a teacher and has no masks, as the demo's.

        Args:
            bundle: folder of the pair.
            teacher: folder or file of the teacher.
            engine: engine of all three networks.
        """
        cloud = CloudSettings(
            class_scorer="onnx",
            scorer_options=(f"model={teacher}", f"engine={engine}"),
            mask_generator="none",
        )
        return Deployment(bundle=bundle, cloud=cloud, engine=engine)

    def fingerprint(self) -> str:
        """Return a hash of all that the answers depend on, networks included."""
        cloud = self.cloud
        options = (*cloud.scorer_options, *cloud.mask_options)
        values = [option.partition("=")[2] for option in options]
        models = [Path(value).expanduser() for value in values if value]
        said = (cloud.class_scorer, cloud.mask_generator, cloud.vote, options, self.engine)
        parts = [str(said), *_hashes(self.bundle)]
        for model in models:
            if model.exists():  # a relative path too: its name says less still
                parts += _hashes(model if model.is_dir() else model.parent)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def table_of(
    bag: Bag,
    deployment: Deployment,
    *,
    cache: Path,
    seed: int = 0,
    every: int = 1,
    answered: FrameTable | None = None,
    progress: Progress = lambda done, total: None,
) -> FrameTable:
    """Return the table of a bag; measure it if it is not in the cache.

    Args:
        bag: the bag, with truth.
        deployment: what answers the frames.
        cache: folder of the tables.
        seed: seed of the policy `random`.
        every: take every so many frames.
        answered: table of the same frames by the same teacher, for another pair: a teacher without
            masks answers alike whatever f is, and is not asked again. None: it is asked.
        progress: called with (frames done, frames in all).

    Raises:
        ValueError: the bag has no truth or other classes, or the networks cannot be used.
        OSError: the table cannot be written.
    """
    said = (deployment.fingerprint(), *_hashes(bag.path), bag.drift, seed, every, RANKING)
    path = cache / f"{hashlib.sha256(str(said).encode()).hexdigest()[:16]}.npz"
    if path.is_file():
        progress(len(bag), len(bag))
        return FrameTable.load(path)
    table = measure(bag, deployment, seed=seed, every=every, answered=answered, progress=progress)
    table.save(path)
    return table


def measure(
    bag: Bag,
    deployment: Deployment,
    *,
    seed: int = 0,
    every: int = 1,
    answered: FrameTable | None = None,
    progress: Progress = lambda done, total: None,
) -> FrameTable:
    """Run f, every policy and F over a bag; arguments and errors are those of `table_of`."""
    bundle = Bundle.load(deployment.bundle, classes=bag.classes or None)
    classes = bundle.manifest.classes
    cv2.setNumThreads(1)
    segmenter = Segmenter(bundle, engine=deployment.engine)
    assist = _assist(deployment.cloud, classes) if answered is None else None
    with_head = APPEALNET in bundle.manifest.thresholds
    ranking = (*RANKING, *[APPEALNET] * with_head)
    miners = {name: create_miner(name, seed=seed) for name in ranking}
    truth = bag.truth()
    stamps, of_f, of_cloud = [], [], []
    scores: dict[str, list[float]] = {name: [] for name in miners}
    taken = range(0, len(bag), every)
    for index, frame in enumerate(bag.frames()):
        if index not in taken:
            continue
        true = truth.get(frame.stamp_ns)
        if true is None:
            raise BagError(f"{bag.path}: picture {index} has no truth; choose a bag with truth")
        rgb = frame.rgb()
        prediction = segmenter.predict(rgb)
        stamps.append(frame.stamp_ns)
        of_f.append(_counted(prediction.label_map, true, len(classes)))
        if assist is not None:
            answer = assist(rgb, lambda rgb=rgb: segmenter.scores(rgb))  # type: ignore[misc]
            of_cloud.append(_counted(answer.label_map, true, len(classes)))
        for name, miner in miners.items():
            scores[name].append(
                miner.trust(
                    prediction.logits,
                    h=segmenter.trust,
                    stamp_ns=frame.stamp_ns,
                    q=prediction.q,
                )
            )
        progress(index + 1, len(bag))
    shape = len(stamps), 2, len(classes)
    f_counts = np.array(of_f, np.int64).reshape(shape)
    if answered is None:
        cloud_counts = np.array(of_cloud, np.int64).reshape(shape)
    elif answered.stamps_ns.tolist() == stamps and answered.classes == tuple(classes):
        cloud_counts = np.stack([answered.cloud_intersections, answered.cloud_unions], axis=1)
    else:
        raise ValueError(f"{bag.path}: the table with F's answers is of other frames or classes")
    return FrameTable(
        classes=tuple(classes),
        stamps_ns=np.array(stamps, np.int64),
        segments=_names(bag.segments, len(bag))[taken],
        disturbances=_names(bag.disturbances, len(bag))[taken],
        f_intersections=f_counts[:, 0],
        f_unions=f_counts[:, 1],
        cloud_intersections=cloud_counts[:, 0],
        cloud_unions=cloud_counts[:, 1],
        scores={name: np.array(values, np.float64) for name, values in scores.items()},
    )


def _assist(cloud: CloudSettings, classes: Sequence[str]) -> AssistedInference:
    """Return F as the cloud runs it."""
    return AssistedInference(
        create_mask_generator(cloud.mask_generator, options_of(cloud.mask_options)),
        create_class_scorer(cloud.class_scorer, options_of(cloud.scorer_options), classes=classes),
        classes=len(classes),
        vote=cloud.vote,
    )


def contents_hash(path: Path) -> str:
    """Return a hash of the files of a folder, in hexadecimal digits.

    Raises:
        OSError: it cannot be read.
    """
    return hashlib.sha256("\n".join(_hashes(path)).encode()).hexdigest()


def _counted(
    label_map: NDArray[np.uint8], truth: NDArray[np.uint8], classes: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return intersection and union of each class, in pixels, int64 [M]."""
    matrix = ConfusionMatrix(classes)
    matrix.add(label_map, truth)
    counts = matrix.counts
    hits = np.diag(counts)
    return hits, counts.sum(axis=1) + counts[:, :classes].sum(axis=0) - hits


def _names(stretches: Sequence[Segment], frames: int) -> NDArray[np.str_]:
    """Return the name of the stretch that each frame lies in; empty outside of all."""
    names = [""] * frames
    for part in stretches:
        names[part.start : part.stop] = [part.name] * len(range(frames)[part.start : part.stop])
    return np.array(names, np.str_)


def _hashes(path: Path) -> Iterable[str]:
    """Return the sha256 of a file, or of each file of a folder."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return [f"{file.name} {sha256_of(file)}" for file in files if file.is_file()]
