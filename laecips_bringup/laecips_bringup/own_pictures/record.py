"""What `laecips new` was asked for, and which of its steps are done."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from laecips_edge.core.atomic_files import write_whole

RECORD: Final = "new.json"


class Record:
    """The record of one folder, on disk after each change.

    A step is known by its key, which changes with all that the step depends on.

    Attributes:
        asked: options by name, of the last run.
    """

    def __init__(self, folder: Path) -> None:
        """Read the record, if there is one.

        Args:
            folder: of `laecips new`; it may not exist yet.

        Raises:
            ValueError: the folder holds other things, or the record cannot be read.
        """
        self._path = folder / RECORD
        self.asked: dict[str, Any] = {}
        self._begun: dict[str, str] = {}
        self._done: dict[str, str] = {}
        if self._path.is_file():
            self._read()
        elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ValueError(f"{folder}: there already, and not from laecips new; name a new one")

    def ask(self, asked: Mapping[str, Any]) -> None:
        """Keep the options, as JSON's types."""
        self.asked = dict(asked)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._write()

    def is_begun(self, step: str, key: str) -> bool:
        """Return whether a step was begun with this key, so that it may go on."""
        return self._begun.get(step) == key

    def is_done(self, step: str, key: str) -> bool:
        """Return whether a step was finished with this key."""
        return self._done.get(step) == key

    def begin(self, step: str, key: str) -> None:
        """Note that a step begins."""
        self._begun[step] = key
        self._done.pop(step, None)
        self._write()

    def finish(self, step: str, key: str) -> None:
        """Note that a step is done."""
        self._done[step] = key
        self._write()

    def _read(self) -> None:
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
            self.asked = dict(content["asked"])
            self._begun, self._done = dict(content["begun"]), dict(content["done"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{self._path}: cannot be read ({error}); take it away") from error

    def _write(self) -> None:
        content = {"asked": self.asked, "begun": self._begun, "done": self._done}
        write_whole(self._path, (json.dumps(content, indent=2) + "\n").encode())
