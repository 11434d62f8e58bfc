"""The socket by which a running link is cut, mended and asked for its counters.

A link has a name and a socket of that name in a folder of its user, so that commands of both sides
and of other terminals find it.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

ORDERS: Final = ("cut", "mend", "rate", "status")
_PATIENCE_S: Final = 5.0

Answer = Callable[[str, bool], dict[str, Any]]
"""Obeys an order, with or without `reset`, and returns the state of the link."""


def links_folder() -> Path:
    """Return the folder of this user's sockets; create it.

    Raises:
        OSError: the folder belongs to somebody else.
    """
    folder = Path(tempfile.gettempdir()) / f"laecips-links-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid() or folder.is_symlink():
        raise OSError(f"{folder} belongs to somebody else: remove it or set TMPDIR")
    return folder


def links() -> list[str]:
    """Return the names of the links that run; remove the sockets of those that were killed."""
    found = []
    for path in sorted(links_folder().glob("*.sock")):
        with socket.socket(socket.AF_UNIX) as tried:
            try:
                tried.connect(str(path))
            except OSError:
                path.unlink(missing_ok=True)
            else:
                found.append(path.stem)
    return found


def ask(name: str, order: str, *, reset: bool = False) -> dict[str, Any]:
    """Send an order to a link, and return the state that it has then.

    Args:
        name: name of the link; empty for the only one.
        order: one of `ORDERS`; after `rate` come a space and the new bits per second.
        reset: of `cut`: connections end instead of falling silent.

    Raises:
        ValueError: there is no such link, or the name is needed.
    """
    running = links()
    if not name and len(running) == 1:
        (name,) = running
    if name not in running:
        known = f"there are {', '.join(running)}: name one" if running else "none runs"
        raise ValueError(f"no link {name!r}; {known}" if name else f"which link? {known}")
    with socket.socket(socket.AF_UNIX) as asked:
        asked.settimeout(_PATIENCE_S)
        asked.connect(str(links_folder() / f"{name}.sock"))
        asked.sendall((json.dumps([order, reset]) + "\n").encode())
        with asked.makefile() as answers:
            answer = json.loads(answers.readline())
    return dict(answer)


async def serve(name: str, answer: Answer) -> asyncio.AbstractServer:
    """Take orders for the link of this name; the caller closes the server.

    Raises:
        OSError: a link of this name runs already.
    """

    async def obey(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if line := await reader.readline():
                order, reset = json.loads(line)
                writer.write((json.dumps(answer(order, reset)) + "\n").encode())
                await writer.drain()
        finally:
            writer.close()

    if name in links():
        raise OSError(f"a link {name} runs already: give another name")
    return await asyncio.start_unix_server(obey, links_folder() / f"{name}.sock")
