"""Parameters of our nodes for a job: a parameter file, as the nodes take it, and single values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

FILE: Final = "params_file"
_VALUES: Final = "ros__parameters"


def with_file(node: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a node.

    Args:
        node: `edge` or `cloud`: section of the file.
        parameters: values by name; `params_file` names a file with more. A value given here wins.

    Raises:
        ValueError: the file is missing or has no such section.
    """
    values = dict(parameters)
    name = values.pop(FILE, "")
    return {**_section(Path(name), node), **values} if name else values


def _section(path: Path, node: str) -> dict[str, Any]:
    try:
        section = yaml.safe_load(path.read_text(encoding="utf-8"))[node][_VALUES]
        return dict(section)
    except OSError as error:
        raise ValueError(
            f"{FILE} {path.resolve()}: {error.strerror}; Ianvs finds files from the folder in "
            "which it is started"
        ) from error
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{FILE} {path.resolve()}: no section {node}: {{{_VALUES}: ...}} in it"
        ) from error
