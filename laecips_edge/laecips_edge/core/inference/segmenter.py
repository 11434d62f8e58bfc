"""The pair (f, h) of a bundle, assembled on an engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from laecips_edge.core.bundle.bundle import Bundle, BundleError, Manifest
from laecips_edge.core.inference.engines import EngineError, create_engine, float_engine
from laecips_edge.core.inference.preprocessing import NetworkInputs
from laecips_edge.core.inference.scores import confidence_map_of, label_map_of, scores_at

# An engine may differ this much from the exporter's answers: kernels add in another order and
# decoders round pictures differently, which changes a few pixels on contours.
MIN_AGREEING_PIXELS = 0.97
MAX_TRUST_DIFFERENCE = 0.05

CAMERA: Final = "camera"
NETWORK: Final = "network"
OUTPUT_SIZES: Final = (CAMERA, NETWORK)
"""Sizes of label map and confidence map: the picture's, or that of f's input."""


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """f's answer to one picture.

    Attributes:
        logits: float32 [M,h,w] at f's stride; input of h and of the cloud's fusion.
        label_map: uint8 [H,W] of the picture's size, or of f's input, class indices.
        confidence_map: uint8 [H,W], largest softmax; 255 is certain.
        q: what f's predictor head says of this answer, in (0, 1], high is easy; None if f has none.
            Of several tiles it is their mean.
    """

    logits: NDArray[np.float32]
    label_map: NDArray[np.uint8]
    confidence_map: NDArray[np.uint8]
    q: float | None = None


class Segmenter:
    """The networks f and h of one bundle, ready to run. Not for two threads at a time.

    Attributes:
        manifest: manifest of the bundle.
        engine: name of the engine that runs them.

    Example:
        segmenter = Segmenter(Bundle.load("bundles/inspection"))
        segmenter.self_test()
        prediction = segmenter.predict(rgb)
        easy = segmenter.trust(prediction.logits) > segmenter.manifest.delta
    """

    def __init__(
        self,
        bundle: Bundle,
        *,
        engine: str = "onnxruntime",
        providers: Sequence[str] = ("CPUExecutionProvider",),
        threads: int = 1,
        output_size: str = CAMERA,
    ) -> None:
        """Assemble both networks.

        Args:
            bundle: the pair.
            engine: see `create_engine`.
            providers: see `create_engine`.
            threads: see `create_engine`.
            output_size: size of the maps that `predict` makes, one of `OUTPUT_SIZES`.

        Raises:
            EngineError: see `create_engine`.
            BundleError: the weights cannot be read.
        """
        self.manifest: Manifest = bundle.manifest
        self.engine = engine
        self._agreement = bundle.agreement()
        self._f = create_engine(
            engine,
            bundle.graph_f,
            bundle.weights("f"),
            providers=providers,
            threads=threads,
            ranges=bundle.int8_ranges(),
        )
        # h is small, and a smaller part of its time is spent in convolutions.
        self._h = create_engine(
            float_engine(engine),
            bundle.graph_h,
            bundle.weights("h"),
            providers=providers,
            threads=threads,
        )
        self._inputs = NetworkInputs(self.manifest)
        self._output = None if output_size == CAMERA else self.manifest.tiling.picture

    @property
    def device(self) -> str:
        """The provider that runs the networks, by the engine's own name."""
        return self._f.device

    def predict(
        self, rgb: NDArray[np.uint8], depth: NDArray[np.uint16] | None = None
    ) -> Prediction:
        """Label every pixel.

        Args:
            rgb: uint8 [H,W,3] of any size; resized to f's input, and the maps are resized back
                where they shall have the picture's size.
            depth: uint16 [H,W] in millimetres, 0 where unknown; required by "rgbd" bundles,
                ignored by others.

        Raises:
            ValueError: an array has another type or shape, or a needed depth is missing.
        """
        logits, q = self._answer(rgb, depth)
        size = self._output or (rgb.shape[0], rgb.shape[1])
        return Prediction(
            logits=logits,
            label_map=label_map_of(logits, size),
            confidence_map=confidence_map_of(logits, size, temperature=self.manifest.temperature),
            q=q,
        )

    def logits(
        self, rgb: NDArray[np.uint8], depth: NDArray[np.uint16] | None = None
    ) -> NDArray[np.float32]:
        """Return f's logits, float32 [M,h,w] at stride; arguments and errors as in `predict`."""
        return self._answer(rgb, depth)[0]

    def scores(
        self, rgb: NDArray[np.uint8], depth: NDArray[np.uint16] | None = None
    ) -> NDArray[np.float32]:
        """Return f's calibrated softmax scores at the picture's size, float32 [M,H,W].

        The cloud fuses these. Arguments and errors are those of `predict`.
        """
        size = (rgb.shape[0], rgb.shape[1])
        return scores_at(self.logits(rgb, depth), size, temperature=self.manifest.temperature)

    def _answer(
        self, rgb: NDArray[np.uint8], depth: NDArray[np.uint16] | None
    ) -> tuple[NDArray[np.float32], float | None]:
        """Return f's logits and, where f has a predictor head, q."""
        parts = [self._f.run(tile) for tile in self._inputs(rgb, depth)]
        logits = self.manifest.tiling.join(
            [part["logits"][0] for part in parts], stride=self.manifest.stride
        )
        return logits, float(np.mean([part["q"] for part in parts])) if "q" in parts[0] else None

    def trust(self, logits: NDArray[np.float32]) -> float:
        """Return h's trust in f's logits, float32 [M,h,w]; in [h_min, 1], high is easy."""
        return float(self._h.run({"logits": logits[np.newaxis]})["h"][0])

    def agreement(self) -> float:
        """Return the share of the agreement frames' pixels with the exporter's class, in [0, 1].

        The exporter computes in fp32. 0 if the bundle has no such frames: nothing shows that it
        agrees.

        Raises:
            EngineError: the engine fails.
        """
        same = [
            (self.logits(frame.rgb, frame.depth).argmax(axis=0) == frame.label_map).mean()
            for frame in self._agreement
        ]
        return float(np.mean(same)) if same else 0.0

    def self_test(self) -> None:
        """Run the agreement frames; a grey picture if the bundle has none.

        Raises:
            BundleError: an answer is not finite, has the wrong shape, or differs from the
                exporter's.
        """
        name = f"bundle {self.manifest.name} version {self.manifest.version}"
        for index, frame in enumerate(self._agreement):
            labels, trust, q = self._checked(name, frame.rgb, frame.depth)
            same_shape = labels.shape == frame.label_map.shape
            agreeing = float((labels == frame.label_map).mean()) if same_shape else 0.0
            if agreeing < MIN_AGREEING_PIXELS or abs(trust - frame.trust) > MAX_TRUST_DIFFERENCE:
                raise BundleError(
                    f"{name}: on agreement frame {index} {agreeing:.1%} of pixels agree, h is "
                    f"{trust:.3f} instead of {frame.trust:.3f}; this engine must not run it"
                )
            if _apart(q, frame.q):
                raise BundleError(
                    f"{name}: on agreement frame {index} q is {q} instead of {frame.q}; this "
                    "engine must not run it"
                )
        if not self._agreement:
            size = self.manifest.tiling.picture
            grey = np.full((*size, 3), 128, np.uint8)
            self._checked(name, grey, np.full(size, 1000, np.uint16))

    def _checked(
        self, name: str, rgb: NDArray[np.uint8], depth: NDArray[np.uint16] | None
    ) -> tuple[NDArray[np.uint8], float, float | None]:
        """Return label map at stride, trust and q; BundleError if an answer is not allowed."""
        try:
            logits, q = self._answer(rgb, depth)
            trust = self.trust(logits)
        except EngineError as error:
            raise BundleError(f"{name}: {error}; export it again") from error
        if logits.shape != self.manifest.logits_shape:
            raise BundleError(
                f"{name}: f gives {list(logits.shape)}, the manifest says "
                f"{list(self.manifest.logits_shape)}; export it again"
            )
        if not np.isfinite(logits).all():
            raise BundleError(f"{name}: f's answer is not finite; its weights are broken")
        if not 0 < trust <= 1:
            raise BundleError(f"{name}: h is {trust}, not in (0, 1]; its weights are broken")
        if q is not None and not 0 < q <= 1:
            raise BundleError(f"{name}: q is {q}, not in (0, 1]; its weights are broken")
        return logits.argmax(axis=0).astype(np.uint8), trust, q


def _apart(found: float | None, expected: float | None) -> bool:
    """Return whether q differs from the exporter's, or only one of them has a predictor head."""
    if found is None or expected is None:
        return found is not expected
    return abs(found - expected) > MAX_TRUST_DIFFERENCE
