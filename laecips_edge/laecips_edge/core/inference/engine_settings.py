"""The settings of the inference engine, which the edge node and the cloud node share."""

from __future__ import annotations

from dataclasses import dataclass

from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.engines import ENGINE_NAMES
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.settings import Settings, setting


@dataclass(frozen=True, kw_only=True)
class EngineSettings(Settings):
    """Engine, devices and threads of a node that runs f; a base class of that node's settings."""

    engine: str = setting(
        "onnxruntime",
        "Inference engine; openvino computes in bfloat16 if the processor supports it.",
        choices=ENGINE_NAMES,
        changes="unconfigured",
    )
    providers: tuple[str, ...] = setting(
        ("CPUExecutionProvider",),
        "Devices that the engine may use, best first: CPUExecutionProvider, "
        "CUDAExecutionProvider, ...",
        changes="unconfigured",
    )
    threads: int = setting(
        1,
        "Threads of one inference, and of OpenCV, on the CPU.",
        minimum=1,
        maximum=256,
        changes="unconfigured",
    )

    def segmenter(self, bundle: Bundle) -> Segmenter:
        """Return the networks of a bundle, assembled on the engine.

        Raises:
            EngineError: the engine or a provider is not installed, or cannot run the networks.
            BundleError: the weights cannot be read.
        """
        return Segmenter(bundle, engine=self.engine, providers=self.providers, threads=self.threads)
