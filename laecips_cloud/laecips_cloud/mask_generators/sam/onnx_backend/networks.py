"""An exported SAM on an engine: from a picture to an embedding, from points to small masks."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import onnx
from laecips_edge.core.inference.engines import Engine, EngineError, create_engine
from numpy.typing import NDArray
from PIL import Image

from laecips_cloud.mask_generators.generator import MaskGeneratorError, largest_that_fits
from laecips_cloud.mask_generators.sam.automatic.geometry import PictureAxes
from laecips_cloud.mask_generators.sam.onnx_backend.manifest import DECODER, ENCODER, SamManifest

PICTURE: Final = "picture"
EMBEDDING: Final = "embedding"
POINTS: Final = "points"
MASKS: Final = "masks"
IOUS: Final = "ious"
"""Names of the graphs' inputs and outputs."""

_FAR: Final = 0.02
"""How far, of its standard deviation, an embedding may be from the one without others."""

Floats = NDArray[np.float32]
Triple = tuple[float, float, float]


class Answers(NamedTuple):
    """The decoder's answers to some points.

    Attributes:
        logits: float32 [B, K, n, n], K small masks for each point.
        ious: float32 [B, K], SAM's predicted IoU of each mask.
    """

    logits: Floats
    ious: Floats


class SamNetworks:
    """SAM's encoder and decoder. Not thread-safe.

    Attributes:
        manifest: manifest of the export.
        points_per_batch: number of points that the decoder takes at a time.
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
        """Load both networks.

        Args:
            folder: folder that `laecips models export-sam` wrote.
            points_per_batch: at least 1; engines are compiled for this number.
            engine: as for `create_engine`.
            providers: as for `create_engine`.
            threads: as for `create_engine`.

        Raises:
            MaskGeneratorError: the folder holds no export, or the engine cannot run it.
        """
        self.manifest = SamManifest.read(folder)
        self.points_per_batch = points_per_batch
        self._folder, self._engine = folder, engine
        self._create_engine = functools.partial(
            create_engine,
            engine,
            weights={},
            providers=tuple(providers),
            threads=threads,
            folder=folder.resolve(),
        )
        self._encoder = self._loaded(ENCODER, (PICTURE,), count=1)
        self._decoder = self._loaded(DECODER, (EMBEDDING, POINTS), count=points_per_batch)

    def prepare_batches(self, most: int) -> int:
        """Prepare `embed` for several pictures at a time; test it with that number.

        Args:
            most: largest number of pictures at a time, at least 1.

        Returns:
            The number that fits into the memory; 1 if the export, the engine or its answers do not
            allow for several. OpenVINO compiles again for each number of pictures, which takes
            longer than a batch could save.
        """
        if self._engine == "openvino":
            return 1
        side = self.manifest.image_size
        pictures = np.random.default_rng(0).normal(size=(most, 3, side, side)).astype(np.float32)
        alone = self.embed(pictures[-1:])[0]
        try:
            encoder = self._loaded(ENCODER, (PICTURE,), count=None)
        except MaskGeneratorError:
            return 1
        together = alone

        def fits(size: int) -> bool:
            nonlocal together
            try:
                together = encoder.run({PICTURE: pictures[-size:]})[EMBEDDING]
            except EngineError:  # out of memory, or the graph takes one picture only
                return False
            return True

        size = largest_that_fits(most, fits)
        if len(together) != size or np.abs(together[-1] - alone).mean() > _FAR * alone.std():
            return 1
        if size > 1:
            self._encoder = encoder
        return size

    def embed(self, pictures: Floats) -> list[Floats]:
        """Return embeddings, float32 [1, T, C] each, for `decode`.

        Args:
            pictures: float32 [P, 3, S, S], from `square_picture`; P is 1, or at most the number
                that `prepare_batches` returned.
        """
        embeddings = self._encoder.run({PICTURE: pictures})[EMBEDDING]
        return [embeddings[index : index + 1] for index in range(len(pictures))]

    def decode(self, embedding: Floats, points: Floats) -> Answers:
        """Return the masks of some points.

        Args:
            embedding: embedding of the picture.
            points: float32 [B, 2] as x, y in pixels of the square, B from 1 to `points_per_batch`.
        """
        count = len(points)
        # The engines take full batches only: repeat the last point to fill the batch.
        full = np.pad(points, ((0, self.points_per_batch - count), (0, 0)), mode="edge")
        answer = self._decoder.run({EMBEDDING: embedding, POINTS: full})
        return Answers(answer[MASKS][:count], answer[IOUS][:count])

    def _loaded(self, name: str, inputs: tuple[str, ...], *, count: int | None) -> Engine:
        """Load a graph for a fixed number of pictures or points; None for any number."""
        path = self._folder / name
        try:
            graph = path.read_bytes()
            made = self._create_engine(graph=graph if count is None else _for_count(graph, count))
        except EngineError as error:
            raise MaskGeneratorError(f"{path}: {error}") from error
        if set(made.inputs) != set(inputs):
            raise MaskGeneratorError(
                f"{path}: its inputs are {', '.join(made.inputs)}, not {', '.join(inputs)}; "
                "export it again with `laecips models export-sam`"
            )
        return made


def square_picture(
    rgb: NDArray[np.uint8], geometry: PictureAxes, *, square: int, mean: Triple, std: Triple
) -> NDArray[np.float32]:
    """Resize the longer side to the square, normalise, pad at the bottom and on the right.

    Args:
        rgb: uint8 [H, W, 3], RGB.
        geometry: geometry of the picture.
        square: pixels along a side of the square.
        mean: mean of each channel of a picture in 0..255.
        std: standard deviation of each channel of a picture in 0..255.

    Returns:
        float32 [1, 3, square, square], zero where there is no picture.
    """
    size = (geometry.columns.resized, geometry.rows.resized)
    # Pillow's linear filter widens when a picture shrinks, as in SAM's training.
    resized = np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BILINEAR), np.float32)
    planes = np.zeros((1, 3, square, square), np.float32)
    for channel in range(3):
        plane = (resized[..., channel] - np.float32(mean[channel])) / np.float32(std[channel])
        planes[0, channel, : size[1], : size[0]] = plane
    return planes


def _for_count(graph: bytes, count: int) -> bytes:
    """Fix the number of pictures or points: engines optimise better with known sizes."""
    try:
        model = onnx.load_from_string(graph)
    except Exception as error:  # protobuf's own error
        raise EngineError(
            f"not a graph that can be read ({' '.join(str(error).split())})"
        ) from error
    for value in (*model.graph.input, *model.graph.output):
        for size in value.type.tensor_type.shape.dim:
            if size.dim_param:
                size.dim_value = count
    del model.graph.value_info[:]
    return bytes(model.SerializeToString())
