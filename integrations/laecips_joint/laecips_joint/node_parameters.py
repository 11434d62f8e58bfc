"""Parameters of our nodes for a job: a parameter file, as the nodes take it, and single values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from laecips_edge.core.parameter_file import given

FILE: Final = "params_file"


def with_file(node: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a node.

    Args:
        node: `edge` or `cloud`.
        parameters: values by name; `params_file` names a parameter file of ROS with more of them,
            empty for none. A value given here wins.

    Raises:
        ValueError: the file is missing or not a parameter file.
    """
    values = dict(parameters)
    name = values.pop(FILE, "")
    return {**given(Path(name), node), **values} if name else values
