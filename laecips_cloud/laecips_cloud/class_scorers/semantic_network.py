"""A semantic network from an ONNX file: pictures in, scores of our classes out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from laecips_edge.core.engines import EngineError, create_engine
from laecips_edge.core.network_inputs import Normalisation
from laecips_edge.core.scores import softmax, upsample
from numpy.typing import NDArray

from laecips_cloud.class_scorers.class_table import ClassTable
from laecips_cloud.class_scorers.scorer import ClassScorerError, Scores

NETWORK: Final = "network.onnx"
TABLE: Final = "classes.yaml"
"""Names of the two files in a folder that holds a network with its table."""

QUICK: Final = "quick.onnx"
"""Name of a version of it for smaller pictures, where there is one."""

_CHANNELS = 3


class SemanticNetwork:
    """One network on one of the edge's engines. Not for two threads at a time.

    It has one input, float32 [1, 3, h, w], RGB, and one output, [1, K, h', w'] of any resolution;
    each of its classes belongs to one of ours or to none (`ClassTable`).

    Attributes:
        path: of the ONNX file.
        table: how its outputs become ours.
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
        """Loads the network and runs it once on a grey picture.

        Args:
            model: an ONNX file, or a folder with `network.onnx` and `classes.yaml`.
            classes: ours, in the order of the labels.
            table: the class table; empty for the one beside the network: `classes.yaml` in a
                folder, else the file's name with the ending .yaml.
            flip: run the mirrored picture too and take the mean; twice as slow, a little better.
            engine, providers, threads: as `create_engine` takes them.

        Raises:
            ClassScorerError: a file is missing or broken, the network has other inputs or outputs,
                or it is for other classes.
        """
        self.path, table_path = _files(Path(model).expanduser(), table)
        graph = _read(self.path)
        self.table = ClassTable.read(table_path, classes)
        self._normalise = Normalisation(self.table.mean, self.table.std)
        self._flip = flip
        try:
            self._engine = create_engine(
                engine,
                graph,
                {},
                providers=providers,
                threads=threads,
                # The engine takes no file that lies elsewhere, as links of an installation do.
                folder=self.path.resolve().parent,
            )
        except EngineError as error:
            raise ClassScorerError(f"{self.path}: {error}") from error
        self._input, self._size = self._checked_input()
        (self._output,) = self._engine.outputs
        grey = np.full((*self._size, 3), 128, np.uint8)
        self.scores(grey)

    def scores(self, rgb: NDArray[np.uint8]) -> Scores:
        """Scores of one picture.

        Args:
            rgb: uint8 [H, W, 3], RGB, of any size.

        Returns:
            float32 [M, H, W]: over the classes 1 less the share that is none of ours.

        Raises:
            ClassScorerError: the network's answer has the wrong shape or is not finite.
        """
        picture = rgb
        if rgb.shape[:2] != self._size:
            small = rgb.shape[0] * rgb.shape[1] > self._size[0] * self._size[1]
            method = cv2.INTER_AREA if small else cv2.INTER_LINEAR
            picture = np.asarray(cv2.resize(rgb, self._size[::-1], interpolation=method), np.uint8)
        scores = self._run(picture)
        if self._flip:
            mirrored = self._run(np.ascontiguousarray(picture[:, ::-1]))
            scores = (scores + mirrored[:, :, ::-1]) / np.float32(2)
        if scores.shape[1:] == rgb.shape[:2]:
            return np.ascontiguousarray(scores)
        return upsample(np.ascontiguousarray(scores), (rgb.shape[0], rgb.shape[1]))

    def _run(self, picture: NDArray[np.uint8]) -> Scores:
        """Scores of our classes at the network's own resolution."""
        try:
            answer = self._engine.run({self._input: self._normalise(picture)})[self._output]
        except EngineError as error:
            shape = [1, _CHANNELS, *picture.shape[:2]]
            raise ClassScorerError(f"{self.path}: {error}; it must take float32 {shape}") from error
        outputs = self.table.outputs
        if answer.ndim != 4 or answer.shape[:2] != (1, len(outputs)) or not answer.size:
            raise ClassScorerError(
                f"{self.path}: its answer is {list(answer.shape)}, the class table has "
                f"{len(outputs)} outputs: it must be [1, {len(outputs)}, h, w]"
            )
        with np.errstate(over="ignore"):  # a float64 that float32 does not hold is not finite here
            planes = np.asarray(answer[0], np.float32)
        if not np.isfinite(planes).all():
            raise ClassScorerError(
                f"{self.path}: its answer is not finite; check its weights and the table's input"
            )
        if self.table.scores == "logits":
            planes = softmax(planes, temperature=self.table.temperature)
        else:
            planes = np.clip(planes, 0.0, 1.0)
            planes /= np.maximum(planes.sum(axis=0), 1.0)  # a network of sigmoids sums to more
        return self._ours(planes)

    def _ours(self, planes: Scores) -> Scores:
        """[K, h, w] -> [M, h, w]: each class of ours is the sum of its outputs."""
        rows = self.table.rows
        if rows == tuple((index,) for index in range(len(planes))):
            return planes
        ours = np.zeros((len(rows), *planes.shape[1:]), np.float32)
        for index, row in enumerate(rows):
            for output in row:
                ours[index] += planes[output]
        return ours

    def _checked_input(self) -> tuple[str, tuple[int, int]]:
        """Name of the input, and the size in pixels that it gets."""
        inputs = self._engine.inputs
        shown = ", ".join(f"{name} {list(shape)}" for name, shape in inputs.items()) or "none"
        wanted = f"{self.path}: its inputs are {shown}; it must have one, float32 [1, 3, h, w]"
        if len(inputs) != 1 or len(self._engine.outputs) != 1:
            outputs = ", ".join(self._engine.outputs)
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
