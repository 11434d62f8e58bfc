"""The cloud's parts of a launch file: from arguments to nodes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from laecips_bringup.graph.cloud_parts import (
    cloud_part,
    fleet_part,
    gateway_part,
    trainer_part,
    wanted_trainer_part,
)
from laecips_cloud.trainer.trainer_settings import TrainerSettings
from laecips_edge.launching.arguments import ARGUMENTS, shared_of
from laecips_edge.launching.installed_files import shipped_bundle
from laecips_edge.launching.node_spec import NodeSpec, Shared
from laecips_eval.shipped_models import shipped_teacher

Part = Callable[[dict[str, str], Shared], list[NodeSpec]]
SHIPPED = str(shipped_bundle())
LIBRARY, BUFFER = TrainerSettings().library, TrainerSettings().buffer_path


def started(part: Part, *, within: str = "", **given: str) -> list[NodeSpec]:
    values = {each.name: each.default for each in ARGUMENTS} | given
    return part(values, shared_of(values, within=within))


def values_of(node: NodeSpec) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for layer in node.parameters:
        found |= {} if isinstance(layer, Path) else layer
    return found


@pytest.fixture
def mine(tmp_path: Path) -> Callable[[str], str]:
    """`mine(text)`: path of a parameter file."""

    def write(text: str) -> str:
        path = tmp_path / "mine.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


@pytest.mark.parametrize("given", [{}, {"bundle": SHIPPED}])
def test_the_shipped_bundle_with_its_teacher(given: dict[str, str]) -> None:
    (cloud,) = started(cloud_part, **given)
    values = values_of(cloud)
    assert values["bundles"] == [SHIPPED]
    (option,) = values["scorer_options"]
    assert Path(option.removeprefix("model=")).parent.resolve() == shipped_teacher().resolve()
    assert "class_scorer" not in values_of(started(cloud_part, teacher="none", **given)[0])


def test_the_bundles_of_the_users_file_and_the_teacher_that_goes_with_them(
    mine: Callable[[str], str],
) -> None:
    others = mine("/**/cloud: {ros__parameters: {bundles: [/another]}}")
    assert values_of(started(cloud_part, params_file=others)[0]) == {}
    ours = mine(f"/**/cloud: {{ros__parameters: {{bundles: [{SHIPPED}]}}}}")
    values = values_of(started(cloud_part, params_file=ours)[0])
    assert "bundles" not in values
    assert values["class_scorer"] == "onnx"


def test_an_engine_is_that_of_the_teacher_too() -> None:
    (cloud,) = started(cloud_part, engine="openvino")
    assert cloud.parameters[-1] == {"engine": "openvino"}
    assert "engine=openvino" in values_of(cloud)["scorer_options"]


@pytest.mark.parametrize("part", [cloud_part, trainer_part], ids=["cloud", "trainer"])
def test_only_the_robot_chooses_an_engine_itself(part: Part) -> None:
    (node,) = started(part, engine="auto")
    assert "engine" not in values_of(node)
    assert not any("engine=" in each for each in values_of(node).get("scorer_options", []))


def test_a_teacher_that_is_not_there_stops_it() -> None:
    with pytest.raises(FileNotFoundError, match="teacher /nowhere: not there; give a folder"):
        started(cloud_part, teacher="/nowhere")


def test_with_a_trainer_the_cloud_has_its_library(mine: Callable[[str], str]) -> None:
    """Without it the cloud refuses every frame of a robot that runs a promoted f."""
    assert values_of(started(cloud_part, trainer="True")[0])["library"] == LIBRARY
    assert "library" not in values_of(started(cloud_part)[0])
    users = mine("/**/trainer: {ros__parameters: {library: /plant/library}}")
    (cloud,) = started(cloud_part, trainer="true", params_file=users)
    assert values_of(cloud)["library"] == "/plant/library"
    users = mine("/**/cloud: {ros__parameters: {library: /other}}")
    assert "library" not in values_of(started(cloud_part, trainer="true", params_file=users)[0])


def test_the_trainer_reads_the_clouds_buffer(mine: Callable[[str], str], tmp_path: Path) -> None:
    (trainer,) = started(trainer_part, source=str(tmp_path))
    assert values_of(trainer) == {"bundle": SHIPPED, "source": str(tmp_path)}
    key = tmp_path / "update.key"
    key.touch()
    assert values_of(started(trainer_part, signing_key=str(key))[0])["signing_key"] == str(key)
    users = mine("/**/cloud: {ros__parameters: {buffer_path: /plant/replay.sqlite}}")
    (trainer,) = started(trainer_part, params_file=users)
    assert values_of(trainer)["buffer_path"] == "/plant/replay.sqlite"
    with pytest.raises(ValueError, match="source: /nowhere is not there: give a folder"):
        started(trainer_part, source="/nowhere")


def test_a_trainer_where_it_is_wanted() -> None:
    assert started(wanted_trainer_part) == []
    assert started(wanted_trainer_part, trainer="True") == started(trainer_part, trainer="True")


def test_a_gateway(tmp_path: Path) -> None:
    (gateway,) = started(gateway_part, listen="host:1", certificates=str(tmp_path))
    assert gateway.parameters[-1] == {"address": "host:1", "certificates": str(tmp_path)}


def test_several_robots_ask_one_cloud() -> None:
    one, two = started(fleet_part, within="/plant", robots="r1, r2", image_topic="cam/image")
    assert (one.full_name, two.full_name) == ("/plant/r1/edge", "/plant/r2/edge")
    assert one.remappings == {
        "image": "cam/image",
        "image/compressed": "cam/image/compressed",
        "segment_hard_frame": "/plant/segment_hard_frame",
        "model_update": "/plant/model_update",
        "model_report": "/plant/model_report",
        "get_model": "/plant/get_model",
    }
    (cloud,) = started(cloud_part, within="/plant", robots="r1,r2")
    assert (cloud.full_name, cloud.remappings) == ("/plant/cloud", {})
    asked = {"cloud_service": "/gpu/segment"}
    (one,), (cloud,) = (started(part, robots="r1", **asked) for part in (fleet_part, cloud_part))
    assert one.remappings == cloud.remappings


@pytest.mark.parametrize("robots", ["", " , ", "r1,r1", "r1,/r1"])
def test_robots_have_different_names(robots: str) -> None:
    with pytest.raises(ValueError, match=r"robots: .*: give different names, as in r1,r2"):
        started(fleet_part, robots=robots)
