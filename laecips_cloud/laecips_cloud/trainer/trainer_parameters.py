"""The parameters of the trainer. `config/trainer.yaml` shows them all with their defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from laecips_edge.core.inference.engines import ENGINE_NAMES
from laecips_edge.ros.parameters import ParameterError, Parameters

from laecips_cloud.trainer.job_template import JobTemplate
from laecips_cloud.trainer.triggers import Triggers
from laecips_cloud.training.online.settings import OnlineTraining

_DAY_S: Final = 86400.0

# Name: smallest, largest, what it does. The defaults are those of `OnlineTraining`.
_TRAINING: Final = {
    "steps": (1, 100_000, "Steps of f in one training."),
    "batch": (2, 256, "Whole frames in a step of f."),
    "relit": (0.0, 1.0, "Share of the lessons' pictures that get another light."),
    "rehearsal_relit": (0.0, 1.0, "Share of the source frames that get another light."),
    "class_power": (0.0, 1.0, "Power of the classes' weights in f's loss; 1 lifts rare classes."),
    "dice": (0.0, 1.0, "Share of the Dice loss in f's loss; 0: cross-entropy alone."),
    "learning_rate": (1e-6, 0.1, "Peak of f's learning rate."),
    "rehearsal": (0.0, 0.95, "Share of each batch that is labelled source frames."),
    "min_confidence": (0.0, 1.0, "Pixels of which the cloud was less sure are not taught."),
    "blocks": (2, 1000, "Blocks of time that the lessons are cut into; f sees seven in ten."),
    "max_held_out": (1, 100_000, "Most lessons held out for h and the gate, the newest."),
    "audit_weight": (1.0, 20.0, "How much an audit counts against a hard frame: 1 / audit_rate."),
    "frozen": (0, 5, "Stages of f's encoder, from the picture on, that keep their weights."),
    "mix": (0.01, 1.0, "Share of the trained f in the new one; the rest is its parent."),
    "miner_steps": (1, 100_000, "Steps of h in one training."),
    "miner_batch": (2, 256, "Frames in a step of h."),
    "miner_learning_rate": (1e-6, 0.1, "Peak of h's learning rate."),
    "max_source_loss": (0.0, 1.0, "Gate: mIoU that may be lost on held-out source frames."),
    "max_class_loss": (0.0, 1.0, "Gate: IoU that any class may lose there against the first."),
    "seed": (0, 2**31 - 1, "Of order and augmentation; each version adds its number."),
}


def declare_parameters(parameters: Parameters) -> None:
    """Declare all parameters of the trainer; they act when it is configured."""
    for name, default, about in (
        ("bundle", "", "Folder of the first training's bundle, which the library begins with."),
        ("library", "~/.ros/laecips/library", "Folder of all versions; made where there is none."),
        ("buffer_path", "~/.ros/laecips/replay.sqlite", "The cloud node's replay buffer."),
        ("source", "", "Folder of labelled source frames: images, labels, classes.yaml."),
    ):
        parameters.declare(name, default, about, changes="unconfigured")
    parameters.declare(
        "engine",
        "onnxruntime",
        "Inference engine that pairs are examined on: the robots'.",
        choices=ENGINE_NAMES,
        changes="unconfigured",
    )
    number = parameters.declare
    for name, count, least, most, about in (
        ("source_frames", 400, 4, 100_000, "Most source frames that are used, evenly spread."),
        ("max_buffer", 100, 2, 1_000_000, "So many new frames start a training."),
        ("min_frames", 30, 2, 1_000_000, "New frames that max_interval_s needs to start one."),
        ("max_lessons", 400, 2, 1_000_000, "Newest frames of the buffer that one training reads."),
        ("keep_versions", 5, 1, 10_000, "Old versions, good and others, that stay on the disk."),
        ("threads", 1, 1, 256, "Of the worker that trains."),
        ("nice", 19, 0, 19, "Priority of the worker that trains; 19 is the lowest."),
        ("max_chunk", 1 << 18, 1024, 1 << 24, "Most bytes of a model that one answer carries."),
    ):
        number(name, count, about, minimum=least, maximum=most, changes="unconfigured")
    number(
        "max_interval_s",
        1800.0,
        "Seconds since the last training after which min_frames new frames start one.",
        minimum=1.0,
        maximum=365 * _DAY_S,
        changes="unconfigured",
    )
    for name, (lowest, highest, about) in _TRAINING.items():
        number(
            f"training.{name}",
            getattr(OnlineTraining(), name),
            about,
            minimum=lowest,
            maximum=highest,
            changes="unconfigured",
        )


def triggers(parameters: Parameters | Mapping[str, Any]) -> Triggers:
    """When to train; ValueError where the numbers do not fit each other."""
    return Triggers(
        max_buffer=parameters["max_buffer"],
        max_interval_s=parameters["max_interval_s"],
        min_frames=parameters["min_frames"],
    )


def recipe(parameters: Parameters | Mapping[str, Any]) -> JobTemplate:
    """How to train.

    Raises:
        ParameterError: a path is missing, or a number does not fit another.
    """
    if parameters["max_lessons"] < parameters["max_buffer"]:
        raise ParameterError(
            f"parameter max_lessons is {parameters['max_lessons']}: new frames would not be learnt "
            f"from, give at least max_buffer, which is {parameters['max_buffer']}"
        )
    return JobTemplate(
        buffer=path(parameters, "buffer_path"),
        max_lessons=parameters["max_lessons"],
        source=path(parameters, "source"),
        source_frames=parameters["source_frames"],
        engine=parameters["engine"],
        settings=OnlineTraining(
            **{f.name: parameters[f"training.{f.name}"] for f in fields(OnlineTraining)}
        ),
    )


_NEEDED_FOR: Final = {
    "bundle": "the folder of the first training's bundle",
    "library": "a folder for the versions",
    "buffer_path": "the replay buffer of the cloud node",
    "source": "a folder of labelled source frames (images/, labels/, classes.yaml): the promotion "
    "gate is held on them",
}


def path(parameters: Parameters | Mapping[str, Any], name: str) -> Path:
    """A path that must be given.

    Raises:
        ParameterError: it is empty.
    """
    if not parameters[name]:
        raise ParameterError(f"parameter {name} is empty: give {_NEEDED_FOR[name]}")
    return Path(parameters[name]).expanduser()
