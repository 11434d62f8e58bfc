"""Checks of the user's parameter file, before the nodes read it: ROS ignores misspelt names.

ROS reports no error for a parameter that no node declares, or for a section that is no node's;
they have no effect.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import yaml

from laecips_edge.core.parameter_file import VALUES, flat, meets, parameters_in
from laecips_edge.launching.installed_files import config_file

NODES: Final = ("edge", "cloud", "trainer", "bridge", "gateway")
"""Nodes that take a parameter file of the user."""

# Not in every shipped file, but declared by every node, some of them by rclpy.
_OF_ALL: Final = frozenset({"autostart", "use_sim_time", "start_type_description_service"})
_WILD: Final = ("*", "**")


def unknown_names(path: Path) -> list[str]:
    """Return one line for each name in a parameter file that our nodes, in no namespace, ignore.

    Args:
        path: the parameter file.

    Returns:
        One line for each parameter that a node does not declare, and for each section that was
        probably meant for one of them. Sections of other nodes are left alone: a robot may keep
        all its parameters in one file.

    Raises:
        ValueError: the file is missing or not a parameter file.
    """
    declared = {node: _declared(node) for node in NODES}
    problems: dict[str, None] = {}
    for section, name, _ in parameters_in(path):
        nodes = tuple(node for node in NODES if meets(section, f"/{node}"))
        if nodes:
            problem = _unknown_parameter(name, {node: declared[node] for node in nodes})
        else:
            problem = _missed_section(section)
        if problem:
            problems[f"{path}: {problem}"] = None
    return list(problems)


def _missed_section(section: str) -> str:
    """Return what is wrong with a section of none of our nodes; empty for one of another node."""
    last = section.rpartition("/")[2]
    close = difflib.get_close_matches(last, NODES, n=1)
    if not close and last not in _WILD:
        return ""
    meant = f"/**/{close[0]}" if close else "/**"
    return f"section {section} is of no node here, it is ignored: did you mean {meant}?"


def _unknown_parameter(name: str, declared: Mapping[str, frozenset[str]]) -> str:
    """Return what is wrong with a parameter of these nodes; empty if one of them declares it."""
    known = frozenset[str]().union(*declared.values())
    # Without the shipped files there are no names to compare with.
    if name in known or not all(declared.values()):
        return ""
    close = difflib.get_close_matches(name, known, n=1)
    verb = "have" if len(declared) > 1 else "has"
    return f"{', '.join(declared)} {verb} no parameter {name}, it is ignored" + (
        f": did you mean {close[0]}?" if close else ""
    )


def _declared(node: str) -> frozenset[str]:
    """Return all parameter names of the shipped file; empty where it is not installed."""
    file = config_file(f"{node}.yaml")
    if file is None:
        return frozenset()
    (section,) = yaml.safe_load(file.read_text(encoding="utf-8")).values()
    return frozenset(name for name, _ in flat(section[VALUES])) | _OF_ALL
