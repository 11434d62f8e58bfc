"""The parameters of the cloud node. `config/cloud.yaml` shows them all with their defaults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from laecips_edge.core.inference.engines import ENGINE_NAMES
from laecips_edge.ros.parameters import Changes, ParameterError, Parameters
from rclpy.exceptions import ParameterUninitializedException

from laecips_cloud.fusion.vote import Vote
from laecips_cloud.plugins import options_of

MAX_BATCH: Final = 64
"""Largest `max_batch`."""


def declare_parameters(parameters: Parameters) -> None:
    """Declare all parameters of the cloud node."""
    fixed: Changes = "unconfigured"  # these act when the node is configured
    # ROS has no empty lists with a type: one empty text stands for none.
    parameters.declare(
        "bundles",
        [""],
        "Folders of model bundles, one a version of f that robots run; all of the same classes.",
        changes=fixed,
    )
    parameters.declare(
        "library",
        "",
        "Folder of the trainer's library, whose versions robots come to run; empty: none.",
        changes=fixed,
    )
    parameters.declare(
        "engine",
        "onnxruntime",
        "Inference engine; openvino computes in bfloat16 where the processor has it.",
        choices=ENGINE_NAMES,
        changes=fixed,
    )
    parameters.declare(
        "providers",
        ["CPUExecutionProvider"],
        "Where the engine runs, best first: CPUExecutionProvider, CUDAExecutionProvider, ...",
        changes=fixed,
    )
    parameters.declare(
        "threads",
        1,
        "Threads of one inference, and of OpenCV, on the CPU.",
        minimum=1,
        maximum=256,
        changes=fixed,
    )
    parameters.declare(
        "mask_generator",
        "graph",
        "What cuts pictures into masks: graph, sam, or another that is installed.",
        changes=fixed,
    )
    parameters.declare(
        "mask_options",
        [""],
        "The mask generator's own options, each NAME=VALUE: checkpoint=sam_vit_b, ...",
        check=_refuse_options,
        changes=fixed,
    )
    parameters.declare(
        "class_scorer",
        "edge",
        "Whose scores give the masks their classes: edge, onnx, blend, or another installed one.",
        changes=fixed,
    )
    parameters.declare(
        "scorer_options",
        [""],
        "The class scorer's own options, each NAME=VALUE: model=/models/large, threads=4, ...",
        check=_refuse_options,
        changes=fixed,
    )
    declare_vote(parameters)
    parameters.declare(
        "max_batch",
        1,
        "Requests, of several robots say, that share a run of the class scorer and the mask "
        "generator where these take several pictures; 1: one request at a time.",
        minimum=1,
        maximum=MAX_BATCH,
        changes=fixed,
    )
    parameters.declare(
        "batch_window_ms",
        10.0,
        "How long the first of a batch waits for others that are on the way; none are: not at all.",
        minimum=0.0,
        maximum=10_000.0,
        changes=fixed,
    )
    parameters.declare(
        "buffer_path",
        "~/.ros/laecips/replay.sqlite",
        "File of the replay buffer; made with its folder where there is none.",
        changes=fixed,
    )
    parameters.declare(
        "max_frames",
        5000,
        "Frames that the replay buffer keeps; the oldest leave first.",
        minimum=1,
        maximum=10_000_000,
        changes=fixed,
    )
    parameters.declare(
        "max_bytes",
        2 << 30,
        "Bytes of pictures and maps that the replay buffer keeps; the oldest leave first.",
        minimum=1,
        maximum=1 << 50,
        changes=fixed,
    )
    parameters.declare(
        "retention_days",
        0.0,
        "Days after which frames leave the replay buffer, whatever room there is; 0: no limit.",
        minimum=0.0,
        maximum=36500.0,
        changes=fixed,
    )


def declare_vote(parameters: Parameters) -> None:
    """Declare when a mask may overrule its pixels: the fields of `Vote`."""
    for name, about in (
        ("max_dissent", "A mask with a larger share of pixels of another opinion is left out."),
        ("max_margin", "A pixel that prefers its own class by more, in score, keeps it."),
        ("min_quality", "A mask that its generator rates lower is left out."),
        ("min_stability", "A mask that changes more with its threshold is left out."),
    ):
        parameters.declare(
            f"vote.{name}",
            getattr(Vote(), name),
            f"{about} The paper's Algorithm 1 has no bounds: 1, 1, 0 and 0.",
            minimum=0.0,
            maximum=1.0,
            changes="unconfigured",
        )


def vote(parameters: Parameters) -> Vote:
    """The bounds that the parameters give."""
    return Vote(**{field.name: parameters[f"vote.{field.name}"] for field in fields(Vote)})


def bundle_paths(parameters: Parameters) -> list[Path]:
    """The folders of `bundles`."""
    return [Path(text).expanduser() for text in _texts(parameters, "bundles")]


def library_path(parameters: Parameters) -> Path | None:
    """The folder of `library`; None where there is none."""
    text = parameters["library"]
    return Path(text).expanduser() if text else None


def options(parameters: Parameters, name: str) -> dict[str, str]:
    """`mask_options` or `scorer_options` as text by name."""
    return options_of(_texts(parameters, name))


def buffer_path(parameters: Parameters) -> Path:
    """The file of the replay buffer, its folder made.

    Raises:
        ParameterError: the folder cannot be made, or no path is given.
    """
    if not parameters["buffer_path"]:
        raise ParameterError("parameter buffer_path is empty: give the path of a file")
    path = Path(parameters["buffer_path"]).expanduser()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ParameterError(
            f"parameter buffer_path: {path.parent} cannot be made ({error.strerror}); "
            "give a path that can be written"
        ) from error
    return path


def _texts(parameters: Parameters, name: str) -> list[str]:
    """A list of texts without the empty ones; given as [], it has no value at all in ROS."""
    try:
        return [text for text in parameters[name] if text]
    except ParameterUninitializedException:
        return []


def _refuse_options(options: Sequence[Any]) -> str | None:
    for text in options:
        if text and "=" not in text:
            return f"{text!r} is not NAME=VALUE"
    return None
