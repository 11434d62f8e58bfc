"""Parameters of the trainer: what they become, and config/trainer.yaml that shows them."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml
from laecips_cloud.trainer.trainer_parameters import declare_parameters, path, recipe, triggers
from laecips_cloud.trainer.triggers import Triggers
from laecips_cloud.training.online.settings import OnlineTraining
from laecips_edge.ros.parameters import ParameterError, Parameters
from rclpy.context import Context
from rclpy.node import Node
from rclpy.parameter import Parameter

CONFIG = Path(__file__).parents[3] / "config" / "trainer.yaml"
EVERY_NODE_HAS = {"use_sim_time", "start_type_description_service"}


@pytest.fixture
def node() -> Iterator[Node]:
    context = Context()
    context.init(args=[])
    it = Node("settings", context=context, start_parameter_services=False)
    yield it
    it.destroy_node()
    context.try_shutdown()


@pytest.fixture
def parameters(node: Node) -> Parameters:
    it = Parameters(node)
    declare_parameters(it)
    return it


def _set(node: Node, **values: Any) -> None:
    for name, value in values.items():
        parameter = Parameter(name.replace("__", "."), value=value)
        assert node.set_parameters([parameter])[0].successful


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def test_the_shipped_file_shows_every_parameter_with_its_default(
    node: Node, parameters: Parameters
) -> None:
    shown = dict(_flat(yaml.safe_load(CONFIG.read_text())["/**/trainer"]["ros__parameters"]))
    names = set(node.list_parameters([], 0).names) - EVERY_NODE_HAS
    assert shown == {name: node.get_parameter(name).value for name in names}


def test_every_parameter_is_described_and_every_number_has_a_range(
    node: Node, parameters: Parameters
) -> None:
    for name in set(node.list_parameters([], 0).names) - EVERY_NODE_HAS:
        descriptor = node.describe_parameter(name)
        assert descriptor.description.endswith("."), name
        if type(parameters[name]) in (int, float):
            assert descriptor.integer_range or descriptor.floating_point_range, name


@pytest.mark.parametrize("end", ["from_value", "to_value"])
def test_the_ends_of_all_ranges_can_be_trained_with(
    end: str, node: Node, parameters: Parameters
) -> None:
    _set(node, source="/frames")
    for field in fields(OnlineTraining):
        descriptor = node.describe_parameter(f"training.{field.name}")
        (bounds,) = [*descriptor.integer_range, *descriptor.floating_point_range]
        _set(node, **{f"training__{field.name}": getattr(bounds, end)})
    recipe(parameters)


def test_what_they_become(node: Node, parameters: Parameters) -> None:
    _set(
        node,
        source="~/frames",
        max_lessons=150,
        engine="openvino",
        training__steps=9,
        training__rehearsal=0.25,
        training__relit=0.5,
        training__rehearsal_relit=0.25,
        training__class_power=1.0,
        training__dice=0.25,
    )
    made = recipe(parameters)
    assert made.settings == OnlineTraining(
        steps=9, rehearsal=0.25, relit=0.5, rehearsal_relit=0.25, class_power=1.0, dice=0.25
    )
    assert made.engine == "openvino"
    assert made.source == Path("~/frames").expanduser()
    assert made.max_lessons == 150
    assert triggers(parameters) == Triggers(max_buffer=100, max_interval_s=1800.0, min_frames=30)


def test_plain_values_by_name_will_do_as_well(node: Node, parameters: Parameters) -> None:
    """A replay without ROS has no node that could declare them."""
    _set(node, source="/frames", training__steps=9)
    names = set(node.list_parameters([], 0).names)
    plain = {name: node.get_parameter(name).value for name in names}
    assert recipe(plain) == recipe(parameters)
    assert triggers(plain) == triggers(parameters)
    with pytest.raises(ValueError, match="parameter source is empty"):
        recipe(plain | {"source": ""})


def test_an_engine_that_nobody_knows_is_refused(node: Node, parameters: Parameters) -> None:
    (result,) = node.set_parameters([Parameter("engine", value="abacus")])
    assert not result.successful
    assert "'abacus' is not known" in result.reason


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "parameter source is empty: give a folder of labelled source frames"),
        ({"source": "x", "buffer_path": ""}, "parameter buffer_path is empty: give the replay"),
        ({"source": "x", "max_lessons": 99}, "parameter max_lessons is 99: new frames would not"),
    ],
)
def test_what_does_not_fit(values: dict, message: str, node: Node, parameters: Parameters) -> None:
    _set(node, **values)
    with pytest.raises(ParameterError, match=message):
        recipe(parameters)


def test_a_bundle_must_be_given(parameters: Parameters) -> None:
    with pytest.raises(ParameterError, match="parameter bundle is empty: give the folder of the"):
        path(parameters, "bundle")
