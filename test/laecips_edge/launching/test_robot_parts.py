"""A robot's parts of a launch file: from arguments to nodes."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from laecips_edge.core.certificates.authority import Authority
from laecips_edge.core.certificates.certificate import utc_now
from laecips_edge.launching.arguments import shared_of
from laecips_edge.launching.installed_files import config_file, shipped_bundle
from laecips_edge.launching.node_spec import NodeSpec
from laecips_edge.launching.robot_parts import edge_part, robot_part

Arguments = Callable[..., dict[str, str]]
Mine = Callable[[str], Path]


def edge_of(values: dict[str, str], **around: Any) -> NodeSpec:
    (node,) = edge_part(values, shared_of(values, **around))
    return node


def values_of(node: NodeSpec) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for layer in node.parameters:
        found |= {} if isinstance(layer, Path) else layer
    return found


def test_the_shipped_bundle_unless_somebody_says_another(
    arguments: Arguments, mine: Mine, tmp_path: Path
) -> None:
    shipped = str(shipped_bundle())
    assert values_of(edge_of(arguments())) == {"bundle": shipped}
    users = str(mine("/**/edge: {ros__parameters: {bundle: /mine}}"))
    assert "bundle" not in values_of(edge_of(arguments(params_file=users)))
    other = shutil.copytree(shipped, tmp_path / "other")
    given = edge_of(arguments(params_file=users, bundle=str(other)))
    assert values_of(given)["bundle"] == str(other)


@pytest.mark.parametrize("folder", ["", "nowhere"])
def test_a_bundle_that_is_none_stops_it(arguments: Arguments, tmp_path: Path, folder: str) -> None:
    with pytest.raises(ValueError, match=r"bundle: .* give the folder of a model bundle"):
        edge_of(arguments(bundle=str(tmp_path / folder)))


def test_a_robot_that_has_no_bundle_is_told_by_its_node(
    arguments: Arguments, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path))
    assert edge_of(arguments()).parameters == ()


@pytest.mark.parametrize("name", ["image_transport", "engine", "robot", "use_sim_time"])
def test_the_users_file_wins_over_every_argument_that_is_not_given(
    arguments: Arguments, mine: Mine, name: str
) -> None:
    users = str(mine(f"/**/edge: {{ros__parameters: {{{name}: of the user}}}}"))
    assert name not in values_of(edge_of(arguments(params_file=users)))


def test_the_robot_may_choose_an_engine_itself(arguments: Arguments) -> None:
    assert values_of(edge_of(arguments(engine="auto")))["engine"] == "auto"


def test_arguments_that_are_given_win(arguments: Arguments, mine: Mine) -> None:
    users = str(mine("/**: {ros__parameters: {engine: openvino, robot: r9, use_sim_time: true}}"))
    given = {"engine": "onnxruntime", "robot": "r1", "use_sim_time": "False"}
    node = edge_of(arguments(params_file=users, **given))
    assert node.parameters[-1] == {"engine": "onnxruntime", "robot": "r1", "use_sim_time": False}


def test_a_key_beside_the_certificates_must_sign_updates(
    arguments: Arguments, mine: Mine, tmp_path: Path
) -> None:
    def keys(**given: str) -> object:
        values = arguments(**given)
        return values_of(robot_part(values, shared_of(values))[0]).get("update_keys")

    folder = str(tmp_path)
    assert keys(certificates=folder) is None
    key = tmp_path / "update.pub"
    key.write_text("ab" * 32)
    assert keys() is None
    assert keys(certificates=folder) == [str(key)]
    users = str(mine(f"/**/bridge: {{ros__parameters: {{certificates: {folder}}}}}"))
    assert keys(params_file=users) == [str(key)]
    users = str(mine("/**/edge: {ros__parameters: {update_keys: [mine.pub]}}"))
    assert keys(certificates=folder, params_file=users) is None


def test_the_name_of_a_robot_beside_a_bridge_is_that_of_its_certificate(
    arguments: Arguments, mine: Mine, tmp_path: Path
) -> None:
    authority = Authority.create(tmp_path / "ca", utc_now())
    folder = str(authority.issue("robot", "r7", utc_now()))
    for values in (
        arguments(certificates=folder),
        arguments(
            params_file=str(mine(f"/**/bridge: {{ros__parameters: {{certificates: {folder}}}}}"))
        ),
    ):
        node, beside = robot_part(values, shared_of(values))
        assert values_of(node)["robot"] == "r7"
        assert beside.name == "bridge"
        assert config_file("robot.yaml") in node.parameters
    values = arguments(certificates=folder, robot="r8")
    assert values_of(robot_part(values, shared_of(values))[0])["robot"] == "r8"


def test_without_certificates_the_node_names_itself(arguments: Arguments, tmp_path: Path) -> None:
    for values in (arguments(), arguments(certificates=str(tmp_path))):
        assert "robot" not in values_of(robot_part(values, shared_of(values))[0])
    values = arguments(certificates=str(tmp_path / "nowhere"))
    with pytest.raises(ValueError, match=r"certificates: .*nowhere is not there: give the folder"):
        robot_part(values, shared_of(values))
