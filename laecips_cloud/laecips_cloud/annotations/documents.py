"""Files of annotations, found and read."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from laecips_cloud.training.data.errors import DatasetError
from laecips_cloud.training.data.folder.layout import natural_order

_SPLIT = re.compile(r"(?:^|_)(train|val|valid|test)(?:ing|idation)?(?:[0-9_]|$)", re.IGNORECASE)


def documents(source: Path, pattern: str, *, what: str) -> list[Path]:
    """Return a file itself, or all files of a folder that a pattern fits, in natural order.

    Raises:
        DatasetError: there is none.
    """
    if source.is_file():
        return [source]
    found = sorted(source.glob(pattern), key=lambda path: natural_order(str(path)))
    if not found:
        raise DatasetError(f"{source}: no {what} ({pattern}) there; name its file or folder")
    return found


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        DatasetError: it cannot be read, or is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{path}: not JSON ({' '.join(str(error).split())})") from error


def split_of(name: str) -> str:
    """Return the usual split in the name of a file or folder, such as `val` in instances_val2017.

    Example:
        >>> split_of("instances_train2017"), split_of("validation"), split_of("hall_3")
        ('train', 'val', '')
    """
    match = _SPLIT.search(name)
    return match[1].lower() if match else ""


def require(content: Any, keys: Sequence[str], path: Path, what: str) -> None:
    """Refuse a document that lacks what makes its format.

    Raises:
        DatasetError: a key is missing.
    """
    missing = [key for key in keys if not isinstance(content, dict) or key not in content]
    if missing:
        raise DatasetError(f"{path}: no {what}: it lacks {', '.join(missing)}")
