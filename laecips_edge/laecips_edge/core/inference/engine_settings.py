"""What the networks of a node run on: settings that robot and cloud have in common."""

from __future__ import annotations

from dataclasses import dataclass

from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.engines import ENGINE_NAMES
from laecips_edge.core.inference.segmenter import Segmenter
from laecips_edge.core.settings import Settings, setting


@dataclass(frozen=True, kw_only=True)
class EngineSettings(Settings):
    """See the module; a part of the settings of each node that runs f."""

    engine: str = setting(
        "onnxruntime",
        "Inference engine; openvino computes in bfloat16 where the processor has it.",
        choices=ENGINE_NAMES,
        changes="unconfigured",
    )
    providers: tuple[str, ...] = setting(
        ("CPUExecutionProvider",),
        "Where the engine runs, best first: CPUExecutionProvider, CUDAExecutionProvider, ...",
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
        """Put the networks of a bundle on the engine.

        Raises:
            EngineError: the engine or a provider is not here, or cannot run them.
            BundleError: the weights cannot be read.
        """
        return Segmenter(bundle, engine=self.engine, providers=self.providers, threads=self.threads)
