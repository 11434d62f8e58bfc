"""Checks of the user's parameter file, before the nodes read it: ROS ignores misspelt names.

ROS reports no error for a parameter that no node declares; the parameter has no effect.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from laecips_edge.launching.installed_files import config_file

NODES: Final = ("edge", "cloud", "trainer", "bridge", "gateway")
"""Nodes that take a parameter file of the user."""

# Not in every shipped file, but declared by every node, some of them by rclpy.
_OF_ALL: Final = frozenset({"autostart", "use_sim_time", "start_type_description_service"})
_PREFIXES_OF_ALL: Final = ("qos_overrides.",)
_VALUES: Final = "ros__parameters"
_WILD: Final = ("*", "**")


def unknown_parameters(path: Path) -> list[str]:
    """Return one line for each parameter that our nodes do not declare.

    Args:
        path: the parameter file.

    Returns:
        One line for each parameter, with file, node and parameter. Sections of other nodes are
        ignored: a robot may keep all its parameters in one file.

    Raises:
        ValueError: the file is missing or not a parameter file.
    """
    declared = {node: _declared(node) for node in NODES}
    problems = []
    for section, name, _ in _parameters(path):
        last = section.rstrip("/").rpartition("/")[2]
        nodes = NODES if last in _WILD else tuple(node for node in NODES if node == last)
        known = set().union(*(declared[node] for node in nodes)) if nodes else {name}
        # Without the shipped files there are no names to compare with.
        if name in known or not all(declared[node] for node in nodes):
            continue
        close = difflib.get_close_matches(name, known, n=1)
        verb = "have" if len(nodes) > 1 else "has"
        problems.append(
            f"{path}: {', '.join(nodes)} {verb} no parameter {name}, it is ignored"
            + (f": did you mean {close[0]}?" if close else "")
        )
    return problems


def given(path: Path, node: str) -> dict[str, Any]:
    """Return a node's values in a parameter file, by name; of two sections the later one wins.

    Args:
        path: the parameter file.
        node: the node's full name, such as `/robot/edge`; a name alone is one without namespace.

    Raises:
        ValueError: the file is missing or not a parameter file.
    """
    full_name = f"/{node.lstrip('/')}"
    return {name: value for section, name, value in _parameters(path) if _meets(section, full_name)}


def _meets(section: str, full_name: str) -> bool:
    """Return whether ROS gives a section to a node: `*` is one name, `**` any number of them."""
    names = ("(/[^/]+)*" if each == "**" else f"/{re.escape(each)}" for each in _names(section))
    return re.fullmatch("".join(names).replace(r"/\*", "/[^/]+"), full_name) is not None


def _names(section: str) -> list[str]:
    return [each for each in section.split("/") if each]


def _declared(node: str) -> frozenset[str]:
    """Return all parameter names of the shipped file; empty where it is not installed."""
    file = config_file(f"{node}.yaml")
    if file is None:
        return frozenset()
    (section,) = yaml.safe_load(file.read_text(encoding="utf-8")).values()
    return frozenset(name for name, _ in _flat(section[_VALUES])) | _OF_ALL


def _parameters(path: Path) -> Iterator[tuple[str, str, Any]]:
    """Yield (section, parameter, value); omit the prefixes that every node declares."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ValueError(
            f"parameter file {path} is missing: name a parameter file of ROS"
        ) from error
    except OSError as error:
        raise ValueError(
            f"parameter file {path} cannot be read: {error.strerror}: name a parameter file of ROS"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"parameter file {path} is not YAML: {reason}") from error
    sections = list(_sections(content))
    if not sections:
        raise ValueError(
            f"parameter file {path} has no section NODE: {{{_VALUES}: ...}}: see config/edge.yaml"
        )
    for section, values in sections:
        for name, value in _flat(values):
            if not name.startswith(_PREFIXES_OF_ALL):
                yield section, name, value


def _sections(content: Any, above: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield sections by node name; namespaces may be keys of their own."""
    if not isinstance(content, Mapping):
        return
    for key, value in content.items():
        if key == _VALUES and isinstance(value, Mapping):
            yield above, value
        else:
            yield from _sections(value, f"{above}/{str(key).strip('/')}")


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
