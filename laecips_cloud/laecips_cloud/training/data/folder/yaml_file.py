"""YAML files that people write beside their pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from laecips_cloud.training.data.errors import DatasetError


def read_yaml(path: Path, *, cure: str) -> dict[str, Any]:
    """Read a mapping whose scalars stay the strings that were written.

    YAML would make `on` a truth value and 0016 the number 14; a class or a frame may be named so.

    Args:
        path: the file.
        cure: what to write there, for the error.

    Raises:
        DatasetError: it cannot be read, is not YAML, or no mapping.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 (makes strings only)
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read ({error.strerror}); {cure}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise DatasetError(f"{path}: not YAML ({' '.join(str(error).split())})") from error
    if not isinstance(content, dict):
        raise DatasetError(f"{path}: no mapping; {cure}")
    return content


def require_known(path: Path, content: dict[str, Any], known: Sequence[str]) -> None:
    """Refuse keys that nobody would read.

    Raises:
        DatasetError: there is one.
    """
    for key in content:
        if key not in known:
            raise DatasetError(f"{path}: {key} is not known; there are {', '.join(known)}")


def whole_number(path: Path, key: str, text: Any) -> int:
    """Return a number of 0 or more that stands under a key.

    Raises:
        DatasetError: it is none.
    """
    if not isinstance(text, str) or not text.isascii() or not text.isdigit():
        raise DatasetError(f"{path}: {key} has {text!r}; write a whole number of 0 or more")
    return int(text)
