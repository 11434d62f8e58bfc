"""A semantic network from an ONNX file: pictures in, scores of our classes out."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from laecips_edge.core.image.fitting import fit
from laecips_edge.core.inference.engines import Engine, EngineError, create_engine
from laecips_edge.core.inference.preprocessing import Normalisation
from laecips_edge.core.inference.scores import softmax, upsample
from numpy.typing import NDArray

from laecips_cloud.class_scorers.class_table import ClassTable
from laecips_cloud.class_scorers.scorer import ClassScorerError, Scores

NETWORK: Final = "network.onnx"
TABLE: Final = "classes.yaml"
"""Names of the two files in a folder that holds a network with its table."""

QUICK: Final = "quick.onnx"
"""Name of a version of it for smaller pictures, where there is one."""

_CHANNELS = 3

# Largest difference to the answer without a batch: kernels add in another order.
_MEAN_DIFFERENCE = 1e-3
_LARGEST_DIFFERENCE = 0.05


class SemanticNetwork:
    """One network on one of the edge's engines. Not thread-safe.

    It has one input, float32 [1, 3, h, w], RGB, and one output, [1, K, h', w'] of any resolution;
    each of its classes belongs to one of ours or to none (`ClassTable`).

    Attributes:
        path: path of the ONNX file.
        table: the class table, from the network's outputs to our classes.
        table_path: path of the table's file.
    """

    def __init__(
        self,
        model: str | Path,
        classes: Sequence[str],
        *,
        table: str | Path = "",
        flip: bool = False,
        engine: str = "onnxruntime",
        providers: Sequence[str] = ("CPUExecutionProvider",),
        threads: int = 1,
    ) -> None:
        """Load the network and run it once on a grey picture.

        Args:
            model: an ONNX file, or a folder with `network.onnx` and `classes.yaml`.
            classes: our classes, in the order of the labels.
            table: the class table; empty for the one beside the network: `classes.yaml` in a
                folder, else the file's name with the suffix .yaml.
            flip: run the mirrored picture too and take the mean; twice as slow, a little better.
            engine: as for `create_engine`.
            providers: as for `create_engine`.
            threads: as for `create_engine`.

        Raises:
            ClassScorerError: a file is missing or broken, or the network has other inputs, outputs
                or classes.
        """
        self.path, self.table_path = _files(Path(model).expanduser(), table)
        graph = _read(self.path)
        self.table = ClassTable.read(self.table_path, classes)
        self._normalise = Normalisation(self.table.mean, self.table.std)
        self._flip = flip
        self._create_engine = functools.partial(
            create_engine,
            engine,
            weights={},
            providers=tuple(providers),
            threads=threads,
            # The engine refuses linked weights files, as a symlink installation has.
            folder=self.path.resolve().parent,
        )
        try:
            one = self._create_engine(graph=graph)
        except EngineError as error:
            raise ClassScorerError(f"{self.path}: {error}") from error
        self._engines: dict[int, Engine] = {1: one}  # by number of pictures in a run
        self._input, self._size = self._checked_input(one)
        (self._output,) = one.outputs
        grey = np.full((*self._size, 3), 128, np.uint8)
        self.scores(grey)

    def scores(self, rgb: NDArray[np.uint8]) -> Scores:
        """Return the scores of one picture.

        Args:
            rgb: uint8 [H, W, 3], RGB, of any size.

        Returns:
            float32 [M, H, W]: the sum over the classes is 1 less the share of no class of ours.

        Raises:
            ClassScorerError: the network's answer has the wrong shape or is not finite.
        """
        (scores,) = self.scores_of([rgb])
        return scores

    def scores_of(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Scores]:
        """Return the scores of each picture, in as few runs as `prepare_batches` allows."""
        fitted = [fit(rgb, self._size) for rgb in pictures]
        answers = self._run_all(fitted)
        if self._flip:
            mirrored = self._run_all([np.ascontiguousarray(rgb[:, ::-1]) for rgb in fitted])
            answers = [
                (scores + other[:, :, ::-1]) / np.float32(2)
                for scores, other in zip(answers, mirrored, strict=True)
            ]
        return [
            _at(scores, (rgb.shape[0], rgb.shape[1]))
            for scores, rgb in zip(answers, pictures, strict=True)
        ]

    def prepare_batches(self, most: int) -> int:
        """Prepare runs of 2, 4, 8, ... pictures, each with a copy of the weights.

        Test each run on pictures that differ: the answer to one must not depend on the others.

        Args:
            most: largest number of pictures at a time, at least 1.

        Returns:
            The number that it takes: `most`, or the largest number that worked.

        Raises:
            ClassScorerError: the package onnx is not installed.
        """
        try:
            from laecips_cloud.class_scorers.batch_graph import graph_for_batch  # noqa: PLC0415
        except ImportError as error:
            raise ClassScorerError(
                f"{self.path}: batches need the package onnx ({error}): pip install onnx, or set "
                "max_batch to 1"
            ) from error
        graph, size = _read(self.path), 2
        while size <= most:
            try:
                self._engines[size] = self._create_engine(graph=graph_for_batch(graph, size))
                same = self._same_in_a_batch(size)
            except (EngineError, ClassScorerError):
                same = False
            if not same:
                self._engines.pop(size, None)
                return size // 2
            size *= 2
        return most

    def _same_in_a_batch(self, size: int) -> bool:
        noise = np.random.default_rng(0).integers(0, 256, (*self._size, _CHANNELS), np.uint8)
        dark, bright = noise // 4, 255 - noise // 4
        pictures = [(noise, dark, bright)[index % 3] for index in range(size)]
        alone = [self._run([picture])[0] for picture in (noise, dark, bright)]
        differences = [
            np.abs(scores - alone[index % 3]) for index, scores in enumerate(self._run(pictures))
        ]
        return all(
            difference.mean() <= _MEAN_DIFFERENCE and difference.max() <= _LARGEST_DIFFERENCE
            for difference in differences
        )

    def _run_all(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Scores]:
        """Return the scores of any number of pictures; run the largest batches first."""
        answers: list[Scores] = []
        while left := len(pictures) - len(answers):
            size = max(size for size in self._engines if size <= left)
            answers += self._run(pictures[len(answers) : len(answers) + size])
        return answers

    def _run(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Scores]:
        """Return the scores of our classes at the network's own resolution, from one run."""
        count, outputs = len(pictures), self.table.outputs
        planes = np.concatenate([self._normalise(picture) for picture in pictures])
        try:
            answer = self._engines[count].run({self._input: planes})[self._output]
        except EngineError as error:
            shape = list(planes.shape)
            raise ClassScorerError(f"{self.path}: {error}; it must take float32 {shape}") from error
        if answer.ndim != 4 or answer.shape[:2] != (count, len(outputs)) or not answer.size:
            raise ClassScorerError(
                f"{self.path}: its answer is {list(answer.shape)}, the class table has "
                f"{len(outputs)} outputs: it must be [{count}, {len(outputs)}, h, w]"
            )
        return [self._scores(planes_of_one) for planes_of_one in answer]

    def _scores(self, answer: NDArray[np.floating]) -> Scores:
        """Convert the network's answer [K, h, w] to scores of our classes."""
        with np.errstate(over="ignore"):  # a float64 above float32's range becomes infinite
            planes = np.asarray(answer, np.float32)
        if not np.isfinite(planes).all():
            raise ClassScorerError(
                f"{self.path}: its answer is not finite; check its weights and the table's input"
            )
        if self.table.scores == "logits":
            planes = softmax(planes, temperature=self.table.temperature)
        else:
            planes = np.clip(planes, 0.0, 1.0)
            planes /= np.maximum(planes.sum(axis=0), 1.0)  # sigmoid outputs can sum to more than 1
        return self._adjusted(self._ours(planes))

    def _ours(self, planes: Scores) -> Scores:
        """Map [K, h, w] to [M, h, w]: each class of ours is the sum of its outputs."""
        rows = self.table.rows
        if rows == tuple((index,) for index in range(len(planes))):
            return planes
        ours = np.zeros((len(rows), *planes.shape[1:]), np.float32)
        for index, row in enumerate(rows):
            for output in row:
                ours[index] += planes[output]
        return ours

    def _adjusted(self, scores: Scores) -> Scores:
        """Apply the table's logit adjustment; the share of no class of ours stays."""
        if not self.table.logit_adjustment:
            return scores
        factors = np.exp(np.array(self.table.logit_adjustment, np.float32))[:, None, None]
        adjusted = scores * factors
        tiny = np.finfo(np.float32).tiny
        adjusted *= scores.sum(axis=0) / np.maximum(adjusted.sum(axis=0), tiny)
        return np.asarray(adjusted, np.float32)

    def _checked_input(self, engine: Engine) -> tuple[str, tuple[int, int]]:
        """Return the name of the input, and the size of its pictures in pixels."""
        inputs = engine.inputs
        shown = ", ".join(f"{name} {list(shape)}" for name, shape in inputs.items()) or "none"
        wanted = f"{self.path}: its inputs are {shown}; it must have one, float32 [1, 3, h, w]"
        if len(inputs) != 1 or len(engine.outputs) != 1:
            outputs = ", ".join(engine.outputs)
            raise ClassScorerError(f"{wanted}, and one output; it has {outputs}")
        ((name, shape),) = inputs.items()
        if len(shape) != 4 or shape[0] not in (1, None) or shape[1] not in (_CHANNELS, None):
            raise ClassScorerError(wanted)
        size = self.table.size
        own = shape[2:]
        if size is None:
            if None in own:
                raise ClassScorerError(
                    f"{self.path}: its input takes any size; say in the class table which one: "
                    "input: {size: [height, width]}"
                )
            return name, (int(own[0] or 0), int(own[1] or 0))
        if any(
            given is not None and given != asked for given, asked in zip(own, size, strict=True)
        ):
            raise ClassScorerError(
                f"{self.path}: its input is {list(shape)}, but the class table has size "
                f"{list(size)}; leave size out of the table"
            )
        return name, size


def _at(scores: Scores, size: tuple[int, int]) -> Scores:
    """Resize scores to a picture's size, (height, width); the result is contiguous."""
    ordered = np.ascontiguousarray(scores)
    return ordered if ordered.shape[1:] == size else upsample(ordered, size)


def _files(model: Path, table: str | Path) -> tuple[Path, Path]:
    if model.is_dir():
        model, beside = model / NETWORK, model / TABLE
    else:
        of_all, beside = model.with_name(TABLE), model.with_suffix(".yaml")
        beside = of_all if of_all.exists() and not beside.exists() else beside
    return model, Path(table).expanduser() if table else beside


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ClassScorerError(
            f"{path}: cannot be read ({error.strerror}); set the option model to an ONNX file, or "
            f"to a folder with {NETWORK} and {TABLE}"
        ) from error
