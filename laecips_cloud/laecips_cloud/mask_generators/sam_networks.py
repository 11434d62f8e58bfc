"""An exported SAM on one of the engines: a picture to an embedding, points to small masks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import onnx
from laecips_edge.core.engines import Engine, EngineError, create_engine
from numpy.typing import NDArray

from laecips_cloud.mask_generators.generator import MaskGeneratorError
from laecips_cloud.mask_generators.sam_manifest import DECODER, ENCODER, SamManifest

PICTURE: Final = "picture"
EMBEDDING: Final = "embedding"
POINTS: Final = "points"
MASKS: Final = "masks"
IOUS: Final = "ious"
"""Names of the graphs' inputs and outputs."""

Floats = NDArray[np.float32]


class Answers(NamedTuple):
    """What the decoder says to some points.

    Attributes:
        logits: float32 [B, K, n, n], K small masks for each.
        ious: float32 [B, K], SAM's own rating of each.
    """

    logits: Floats
    ious: Floats


class SamNetworks:
    """Encoder and decoder. Not for two threads at a time.

    Attributes:
        manifest: of the export.
        points_per_batch: points that the decoder takes at a time.
    """

    def __init__(
        self,
        folder: Path,
        *,
        points_per_batch: int,
        engine: str = "onnxruntime",
        providers: Sequence[str] = ("CPUExecutionProvider",),
        threads: int = 1,
    ) -> None:
        """Loads both.

        Args:
            folder: that `laecips models export-sam` wrote.
            points_per_batch: at least 1; engines plan for this number.
            engine, providers, threads: as `create_engine` takes them.

        Raises:
            MaskGeneratorError: the folder is not such a one, or the engine cannot run it.
        """
        self.manifest = SamManifest.read(folder)
        self.points_per_batch = points_per_batch
        engines = []
        for name, inputs in ((ENCODER, (PICTURE,)), (DECODER, (EMBEDDING, POINTS))):
            path = folder / name
            try:
                graph = _for_points(path.read_bytes(), points_per_batch)
                made = create_engine(
                    engine, graph, {}, providers=providers, threads=threads, folder=folder.resolve()
                )
            except EngineError as error:
                raise MaskGeneratorError(f"{path}: {error}") from error
            if set(made.inputs) != set(inputs):
                raise MaskGeneratorError(
                    f"{path}: its inputs are {', '.join(made.inputs)}, not {', '.join(inputs)}; "
                    "export it again with `laecips models export-sam`"
                )
            engines.append(made)
        self._encoder: Engine
        self._decoder: Engine
        self._encoder, self._decoder = engines

    def embed(self, picture: Floats) -> Floats:
        """float32 [1, 3, S, S] from `square_picture` -> what `decode` takes."""
        return self._encoder.run({PICTURE: picture})[EMBEDDING]

    def decode(self, embedding: Floats, points: Floats) -> Answers:
        """Masks of some points.

        Args:
            embedding: of the picture.
            points: float32 [B, 2] as x, y in pixels of the square, B from 1 to `points_per_batch`.
        """
        count = len(points)
        # The engines take full batches alone; the last point fills up what is short of one.
        full = np.pad(points, ((0, self.points_per_batch - count), (0, 0)), mode="edge")
        answer = self._decoder.run({EMBEDDING: embedding, POINTS: full})
        return Answers(answer[MASKS][:count], answer[IOUS][:count])


def _for_points(graph: bytes, count: int) -> bytes:
    """The graph for one number of points: with all sizes known engines plan better."""
    try:
        model = onnx.load_from_string(graph)
    except Exception as error:  # protobuf's own
        raise EngineError(
            f"not a graph that can be read ({' '.join(str(error).split())})"
        ) from error
    for value in (*model.graph.input, *model.graph.output):
        for size in value.type.tensor_type.shape.dim:
            if size.dim_param:
                size.dim_value = count
    del model.graph.value_info[:]
    return bytes(model.SerializeToString())
