"""The settings of the inference engine, which the edge node and the cloud node share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.engines import ENGINE_NAMES, precision_of
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.settings import Settings, setting

AUTO: Final = "auto"
"""Engine of a node that takes the fastest one that agrees with fp32 on its machine."""


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
        "Devices that the engine may use: the first that is here runs the networks. "
        "CPUExecutionProvider, CUDAExecutionProvider, ...",
        changes="unconfigured",
    )
    threads: int = setting(
        1,
        "Threads of one inference, and of OpenCV, on the CPU.",
        minimum=1,
        maximum=256,
        changes="unconfigured",
    )

    def engine_line(self, device: str, *, engine: str = "") -> str:
        """Return in a few words what runs the networks, for a node's log.

        Args:
            device: the provider that runs them, see `Segmenter.device`.
            engine: the engine; empty for the one in the settings.
        """
        engine = engine or self.engine
        line = f"engine {engine} on {device} in {precision_of(engine, (device,))}"
        first = self.providers[0]
        # OpenVINO calls the processor CPU.
        wanted = first in (device, f"{device}ExecutionProvider")
        return line if wanted else f"{line}, for {first} is not installed or does not start"

    def segmenter(self, bundle: Bundle) -> Segmenter:
        """Return the networks of a bundle, assembled on the engine.

        Raises:
            EngineError: the engine or every provider is not installed, or cannot run the networks.
            BundleError: the weights cannot be read.
        """
        return Segmenter(bundle, engine=self.engine, providers=self.providers, threads=self.threads)
