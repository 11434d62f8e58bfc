"""The values of a node in a ROS parameter file, read without ROS."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

VALUES: Final = "ros__parameters"
"""Key above the values of a node."""

_PREFIXES_OF_ALL: Final = ("qos_overrides.",)


def given(path: Path, node: str) -> dict[str, Any]:
    """Return a node's values in a parameter file, by name; of two sections the later one wins.

    Args:
        path: the parameter file.
        node: the node's full name, such as `/robot/edge`; a name alone is one without namespace.

    Raises:
        ValueError: the file is missing or not a parameter file.
    """
    full_name = f"/{node.lstrip('/')}"
    return {
        name: value for section, name, value in parameters_in(path) if meets(section, full_name)
    }


def meets(section: str, full_name: str) -> bool:
    """Return whether ROS gives a section to a node: `*` is one name, `**` any number of them."""
    names = ("(/[^/]+)*" if each == "**" else f"/{re.escape(each)}" for each in _names(section))
    return re.fullmatch("".join(names).replace(r"/\*", "/[^/]+"), full_name) is not None


def _names(section: str) -> list[str]:
    return [each for each in section.split("/") if each]


def parameters_in(path: Path) -> Iterator[tuple[str, str, Any]]:
    """Yield (section, parameter, value); omit the prefixes that every node declares.

    Raises:
        ValueError: the file is missing or not a parameter file.
    """
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
            f"parameter file {path} has no section NODE: {{{VALUES}: ...}}: see config/edge.yaml"
        )
    for section, values in sections:
        for name, value in flat(values):
            if not name.startswith(_PREFIXES_OF_ALL):
                yield section, name, value


def _sections(content: Any, above: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield sections by node name; namespaces may be keys of their own."""
    if not isinstance(content, Mapping):
        return
    for key, value in content.items():
        if key == VALUES and isinstance(value, Mapping):
            yield above, value
        else:
            yield from _sections(value, f"{above}/{str(key).strip('/')}")


def flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (parameter, value); what is in a mapping has the mapping's name and a dot before it."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
