"""Checks of the user's parameter file, before the nodes read it: ROS ignores misspelt names.

ROS reports no error for a parameter that no node declares; the parameter has no effect.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Final

import yaml

from laecips_edge.core.parameter_file import VALUES, flat, parameters_in
from laecips_edge.launching.installed_files import config_file

NODES: Final = ("edge", "cloud", "trainer", "bridge", "gateway")
"""Nodes that take a parameter file of the user."""

# Not in every shipped file, but declared by every node, some of them by rclpy.
_OF_ALL: Final = frozenset({"autostart", "use_sim_time", "start_type_description_service"})
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
    for section, name, _ in parameters_in(path):
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


def _declared(node: str) -> frozenset[str]:
    """Return all parameter names of the shipped file; empty where it is not installed."""
    file = config_file(f"{node}.yaml")
    if file is None:
        return frozenset()
    (section,) = yaml.safe_load(file.read_text(encoding="utf-8")).values()
    return frozenset(name for name, _ in flat(section[VALUES])) | _OF_ALL
