"""The description of a node: what it is, its name, parameters and remappings. Starts no process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict

from laecips_edge.core.parameter_file import given
from laecips_edge.launching.installed_files import config_file

ParameterValue = bool | int | float | str | Sequence[str]
Parameters = Mapping[str, ParameterValue]
Layer = Path | Parameters


@dataclass(frozen=True, kw_only=True)
class NodeSpec:
    """One node of the graph.

    Attributes:
        package: the ROS package that installs the executable.
        executable: name of the executable under `lib/<package>`.
        name: the node's name.
        namespace: absolute, `/` for none.
        parameters: layers, the last wins; a Path is a parameter file, a mapping is values.
        remappings: names inside the node, mapped to names outside.
        lifecycle: whether the node is a lifecycle node.
        pictures: whether it sends or takes raw pictures; see `transport`.
        arguments: arguments of the program itself, before those of ROS.
    """

    package: str
    executable: str
    name: str
    namespace: str = "/"
    parameters: tuple[Layer, ...] = ()
    remappings: Mapping[str, str] = field(default_factory=dict)
    lifecycle: bool = True
    pictures: bool = True
    arguments: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """The namespace and name, such as `/robot/edge`."""
        return f"{self.namespace.rstrip('/')}/{self.name}"

    def topic(self, name: str) -> str:
        """Return the full name of a private topic, `~/name` inside the node."""
        return f"{self.full_name}/{name}"


class Shared(TypedDict, total=False):
    """Settings common to all nodes; an absent key leaves what the files say.

    Keys:
        namespace: namespace of the node; edge and cloud must share it to communicate.
        engine: default engine, unless the user's files name one.
        preset: name of a file of `config/` for one kind of run, laid over the node's own file.
        surrounding: what the launch files around ours set for every node.
        params_file: a parameter file of the user, laid over all of that.
        use_sim_time: take the time from /clock.
        autostart: configure and activate without a lifecycle manager.
    """

    namespace: str
    engine: str
    preset: str
    surrounding: Sequence[Layer]
    params_file: str
    use_sim_time: bool
    autostart: bool


def absolute(namespace: str, *, within: str = "") -> str:
    """Return a namespace in ROS form: `robot` and `/robot/` give `/robot`, empty gives `/`.

    Args:
        namespace: the namespace; one that begins with `/` stands for itself.
        within: the surrounding namespace of a relative one.
    """
    if not namespace.startswith("/"):
        namespace = f"{within}/{namespace}"
    return "/" + "/".join(part for part in namespace.split("/") if part)


def said(name: str, shared: Shared) -> dict[str, Any]:
    """Return what the user's files and surrounding launch files say to a node, by parameter.

    Args:
        name: name of the node, without its namespace.
        shared: has the files.

    Raises:
        ValueError: a file is missing or not a parameter file.
    """
    full_name = f"{absolute(shared.get('namespace', ''))}/{name}"
    values: dict[str, Any] = {}
    for layer in _users(shared):
        values |= given(layer, full_name) if isinstance(layer, Path) else layer
    return values


def managed_node(
    package: str,
    name: str,
    shared: Shared,
    *,
    usual: Parameters,
    asked: Parameters,
    parameters: Parameters | None = None,
    remappings: Mapping[str, str] | None = None,
    pictures: bool = True,
) -> NodeSpec:
    """Return a lifecycle node; layers: shipped file, preset, what is usual, the user's, the asked.

    Args:
        package: the ROS package that installs `<name>_node`.
        name: the node's name.
        shared: see `Shared`.
        usual: values that hold where the user's files say nothing.
        asked: values that win over all files.
        parameters: additional ones, which win over `asked` too.
        remappings: see `NodeSpec`.
        pictures: see `NodeSpec`.

    Raises:
        ValueError: a file of the user is missing or not a parameter file.
    """
    mine, preset = said(name, shared), shared.get("preset", "")
    # In ROS a value for a node's full name, as in a mapping here, overrides those for a pattern
    # such as `/**/edge`, in whatever order the layers come: it must be what the last layer says.
    layers: list[Layer | None] = [
        config_file(f"{name}.yaml"),
        config_file(preset) if preset else None,
        {key: value for key, value in usual.items() if key not in mine},
        *(
            layer if isinstance(layer, Path) else {key: mine[key] for key in layer}
            for layer in _users(shared)
        ),
    ]
    switches: dict[str, bool] = {}
    if "use_sim_time" in shared:
        switches["use_sim_time"] = shared["use_sim_time"]
    if "autostart" in shared:
        switches["autostart"] = shared["autostart"]
    return NodeSpec(
        package=package,
        executable=f"{name}_node",
        name=name,
        namespace=absolute(shared.get("namespace", "")),
        parameters=tuple(
            layer for layer in (*layers, {**switches, **asked, **(parameters or {})}) if layer
        ),
        remappings=remappings or {},
        pictures=pictures,
    )


def filled(**values: str | list[str]) -> Parameters:
    """Return the values that are not empty."""
    return {name: value for name, value in values.items() if value}


def _users(shared: Shared) -> tuple[Layer, ...]:
    file = shared.get("params_file", "")
    return (*shared.get("surrounding", ()), *([Path(file).expanduser()] if file else []))
