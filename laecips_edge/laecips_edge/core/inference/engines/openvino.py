"""The engine OpenVINO; it computes in bfloat16 if the processor supports that natively.

Needs the packages `openvino` and `onnx`.
"""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray

from laecips_edge.core.inference.engines.engine import Arrays, EngineError, Shapes, require_inputs
from laecips_edge.core.inference.engines.mapped_weights import map_weights


def _without_telemetry() -> Any:
    """Import OpenVINO with its telemetry disabled.

    The import also imports OpenVINO's conversion tools. If these can import `openvino_telemetry`,
    they send usage statistics over the network from a child process and write an identifier into
    the home folder. A robot must do neither, so that import is blocked here; the tools then use
    their own empty stand-in.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    return importlib.import_module("openvino")


ov = _without_telemetry()

_CPU: Final = "CPU"
# OpenVINO's device for the default of the parameter `providers`, which is a name of ONNX Runtime.
_DEVICES: Final = {"CPUExecutionProvider": _CPU}
_PRECISIONS: Final = {"f32": "fp32", "bf16": "bf16", "f16": "fp16"}


class OpenVinoEngine:
    """A network compiled from a graph without weights and the weights by name.

    It is compiled for the shapes of its inputs, and compiled again if they change. With open
    lengths, OpenVINO on one thread does not report a size that does not fit, and answers with
    arbitrary memory. Change the size of the pictures rarely.
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
        """See `create_engine`; providers are OpenVINO's devices, best first: GPU, CPU."""
        self._core = _core()
        self.device = _device(self._core, providers)
        self._properties = _properties(self.device, threads)
        try:
            whole, mapped = _with_weights(graph, weights, folder)
            self.inputs = _inputs(whole, mapped)
            self.outputs = tuple(value.name for value in whole.graph.output)
            self._model: Any = self._core.read_model(whole.SerializeToString())
            _put_in(self._model, mapped)
            self._prepare(self._model)
            del whole, mapped  # free them before compiling, which needs much memory
            self._compiled_for: Shapes = {}
            if all(None not in shape for shape in self.inputs.values()):
                self._compile(self.inputs)
                # Fixed shapes are compiled only once: do not hold the weights twice.
                self._model = None
        except Exception as error:  # the only common base of OpenVINO's, onnx's, protobuf's errors
            raise EngineError(
                f"openvino: cannot assemble the network ({_reason(error)}); "
                "its graph and its weights must be of one architecture: export them together"
            ) from error

    def _prepare(self, model: Any) -> None:
        """Change the network before it is compiled; an engine on top of this one may."""

    def run(self, inputs: Arrays) -> dict[str, NDArray[np.float32]]:
        """See `Engine.run`."""
        require_inputs("openvino", self.inputs, inputs)
        shapes = {name: inputs[name].shape for name in self.inputs}
        try:
            if shapes != self._compiled_for:
                self._compile(shapes)
            self._request.infer({port: inputs[name] for name, port in self._ports.items()})
            # Copies, because the next run overwrites OpenVINO's buffers. By index, because names
            # are ambiguous if one tensor is two outputs, or also an input.
            return {
                name: np.array(self._request.get_output_tensor(index).data)
                for index, name in enumerate(self.outputs)
            }
        except Exception as error:  # as in __init__
            raise EngineError(f"openvino: {_reason(error)}; it was run on {shapes}") from error

    def _compile(self, shapes: Shapes) -> None:
        ports = {name: port for name in shapes for port in self._model.inputs if name in port.names}
        self._model.reshape({port: shapes[name] for name, port in ports.items()})
        compiled = self._core.compile_model(self._model, self.device, self._properties)
        # OpenVINO drops an input that no node of the graph reads.
        self._ports = {
            name: port for name in shapes for port in compiled.inputs if name in port.names
        }
        self._request = compiled.create_infer_request()
        self._compiled_for = shapes


def precision(providers: Sequence[str]) -> str:
    """See `precision_of`: what the device computes in when it is told nothing, as here."""
    hint = _core().get_property(_device(_core(), providers), "INFERENCE_PRECISION_HINT")
    name: str = hint.get_type_name()
    return _PRECISIONS.get(name, name)


@functools.cache
def _core() -> Any:
    """Return the one OpenVINO core of this process, which lives until the process ends.

    Each core sets the thread's alternate signal stack, and restores the previous stack when it is
    destroyed. If the lives of two cores overlap, the restored stack may be freed memory, and the
    next signal ends the process.
    """
    return ov.Core()


def _device(core: Any, providers: Sequence[str]) -> str:
    """Return the first of the devices that is available; EngineError if none is."""
    available = core.available_devices
    devices = [_DEVICES.get(provider, provider) for provider in providers]
    found = next((name for name in devices if name in available), None)
    if found is None:
        raise EngineError(
            f"openvino: no provider {', '.join(devices) if devices else 'given'}; "
            f"here there are {', '.join(available)}"
        )
    return found


def _properties(device: str, threads: int) -> dict[str, object]:
    if device != _CPU:
        return {}
    return {
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        # False would limit the threads to the number of physical cores.
        "ENABLE_HYPER_THREADING": True,
        # Several nodes share the machine: with pinning, all would use the first cores.
        "ENABLE_CPU_PINNING": False,
    }


def _reason(error: Exception) -> str:
    """Return an error's text as one line, without the places in OpenVINO's sources."""
    lines = [" ".join(line.split()) for line in str(error).splitlines()]
    told = " ".join(line for line in lines if line and not line.startswith("Exception from "))
    return told or type(error).__name__


def _inputs(model: onnx.ModelProto, mapped: Collection[str]) -> dict[str, tuple[int | None, ...]]:
    """Return the shapes for `Engine.inputs`, without the inputs that are mapped weights.

    Raises:
        ValueError: an input is not float32; OpenVINO would convert its values silently.
    """
    stored = {value.name for value in model.graph.initializer} | set(mapped)
    shapes: dict[str, tuple[int | None, ...]] = {}
    for value in model.graph.input:
        if value.name in stored:
            continue
        kind = value.type.tensor_type
        if kind.elem_type != onnx.TensorProto.FLOAT:
            name = onnx.TensorProto.DataType.Name(kind.elem_type)
            raise ValueError(f"input {value.name} is {name}, it must be FLOAT")
        # An open length has dim_value 0 (a name or nothing); some exporters write -1.
        shapes[value.name] = tuple(n.dim_value if n.dim_value > 0 else None for n in kind.shape.dim)
    return shapes


def _with_weights(
    graph: bytes, weights: Arrays, folder: Path | None
) -> tuple[onnx.ModelProto, dict[str, NDArray[Any]]]:
    """Return the graph with its initialisers inside, and its large weights by name.

    Initialisers that are not in `weights` are read from files in `folder`. The large ones of these
    are returned by name, for `_put_in`: inside the graph they would be in memory three times before
    the network is compiled.

    Raises:
        ValueError: a weight is missing, has another shape, or belongs to no initialiser.
        Exception: any error of onnx or protobuf for a graph or file that cannot be read.
    """
    model = onnx.load_from_string(graph)
    external = onnx.TensorProto.EXTERNAL
    absent = {v.name: v for v in model.graph.initializer if v.data_location == external}
    if unknown := sorted(weights.keys() - absent.keys()):
        raise ValueError(f"{_some(unknown)}: not in the graph")
    for name, array in weights.items():
        wanted = list(absent[name].dims)
        if list(array.shape) != wanted:
            raise ValueError(f"{name} is {list(array.shape)}, the graph has {wanted}")
        value = onnx.numpy_helper.from_array(np.ascontiguousarray(array, np.float32), name)
        absent.pop(name).CopyFrom(value)
    if absent and folder is None:
        raise ValueError(f"{_some(sorted(absent))}: no weights")
    mapped: dict[str, NDArray[Any]] = {}
    if absent and folder is not None:
        mapped = map_weights(model, folder)
        onnx.load_external_data_for_model(model, str(folder))
    return model, mapped


def _put_in(model: Any, mapped: Mapping[str, NDArray[Any]]) -> None:
    """Replace the model's inputs that have the name of a mapped weight by that weight."""
    for parameter in list(model.get_parameters()):
        for name in parameter.output(0).get_names() & mapped.keys():
            constant = ov.op.Constant(mapped[name], shared_memory=True)
            for reader in parameter.output(0).get_target_inputs():
                reader.replace_source_output(constant.output(0))
            model.remove_parameter(parameter)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} others" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
