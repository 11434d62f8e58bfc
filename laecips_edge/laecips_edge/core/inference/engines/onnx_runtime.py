"""The engine ONNX Runtime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from laecips_edge.core.inference.engines.engine import Arrays, EngineError, require_inputs

PRECISION: Final = "fp32"

_ERRORS_ONLY = 3
_EXTERNAL_FILES = "session.model_external_initializers_file_folder_path"


class OnnxRuntimeEngine:
    """A session assembled in memory from a graph without weights and the weights by name.

    The session receives the weights before its optimiser runs, so it folds batch norms into
    convolutions as it does for a model that is exported with its weights.
    """

    def __init__(
        self,
        graph: bytes,
        weights: Arrays,
        *,
        providers: Sequence[str],
        threads: int,
        folder: Path | None = None,
    ) -> None:
        """See `create_engine`."""
        available = ort.get_available_providers()
        installed = [provider for provider in providers if provider in available]
        if not installed:
            raise EngineError(
                f"onnxruntime: no provider {', '.join(providers) if providers else 'given'}; "
                f"here there are {', '.join(available)}"
            )
        options = ort.SessionOptions()
        options.log_severity_level = _ERRORS_ONLY
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # With a memory pattern the second run allocates one block for all arrays and keeps the
        # memory of the first run too.
        options.enable_mem_pattern = False
        # Nor does an arena pay: it grows by powers of two, keeps what it has, and is no faster.
        options.enable_cpu_mem_arena = False
        # A robot's few cores are shared with other processes: waiting threads must sleep.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # The session does not copy the arrays: keep them alive as long as the session.
        self._weights = {name: np.ascontiguousarray(w, np.float32) for name, w in weights.items()}
        values = [ort.OrtValue.ortvalue_from_numpy(w) for w in self._weights.values()]
        options.add_external_initializers(list(self._weights), values)
        if folder is not None:
            options.add_session_config_entry(_EXTERNAL_FILES, str(folder))
        try:
            self._session = ort.InferenceSession(graph, options, providers=installed)
        except Exception as error:  # the only common base of ONNX Runtime's errors
            reason = " ".join(str(error).split())
            raise EngineError(
                f"onnxruntime: cannot assemble the network ({reason}); "
                "its graph and its weights must be of one architecture: export them together"
            ) from error
        used = self._session.get_providers()
        if used[0] not in installed:
            # ONNX Runtime silently uses another provider if a provider's libraries do not load.
            raise EngineError(
                f"onnxruntime: {', '.join(installed)} do not start here, only {', '.join(used)}; "
                "install what they need or name another provider"
            )
        self.device = used[0]
        self.inputs = {
            i.name: tuple(n if isinstance(n, int) else None for n in i.shape)
            for i in self._session.get_inputs()
        }
        self.outputs = tuple(output.name for output in self._session.get_outputs())

    def run(self, inputs: Arrays) -> dict[str, NDArray[np.float32]]:
        """See `Engine.run`."""
        require_inputs("onnxruntime", self.inputs, inputs)
        try:
            answers = self._session.run(None, dict(inputs))
        except Exception as error:  # the only common base of ONNX Runtime's errors
            raise EngineError(f"onnxruntime: {' '.join(str(error).split())}") from error
        return dict(zip(self.outputs, answers, strict=True))


def precision(providers: Sequence[str]) -> str:
    """See `precision_of`."""
    return PRECISION
