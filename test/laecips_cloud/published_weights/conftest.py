"""A web server on this machine that does whatever servers do to large files."""

import hashlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from laecips_cloud.published_weights.catalogue import PublishedModel

FILE = np.random.default_rng(0).bytes(300_000)


@dataclass
class Site:
    """What the server has, and what it does to its next requests, in order; then it serves.

    Attributes:
        url: of the file.
        data: the file.
        acts: "cut" sends two thirds and closes, "stall" sends two thirds and goes silent, "ignore"
            knows no ranges, "shift" sends another piece than was asked for; a number is an HTTP
            status without a file.
        asked: the Range of each request, empty where it had none.
        over: lets what is silent end.
    """

    url: str
    data: bytes = FILE
    acts: list[str | int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        site, data = self.site, self.site.data
        site.asked.append(self.headers.get("Range", ""))
        act = site.acts.pop(0) if site.acts else "serve"
        if isinstance(act, int):
            self.send_error(act)
            return
        begin = self._begin(act)
        if begin >= len(data):
            self.send_error(416)
            return
        self.send_response(206 if begin else 200)
        if begin:
            first = begin + (act == "shift")
            self.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data) - begin))
        self.end_headers()
        rest = data[begin:]
        if act not in ("cut", "stall"):
            self.wfile.write(rest)
            return
        self.wfile.write(rest[: len(rest) * 2 // 3])
        if act == "stall":
            site.over.wait(30)

    def _begin(self, act: str) -> int:
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        return 0 if wanted is None or act == "ignore" else int(wanted[1])


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A server with one file."""
    monkeypatch.setenv("no_proxy", "*")
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    it = Site(f"http://127.0.0.1:{server.server_port}/large_v1.pth")
    handler.site = it
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield it
    it.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def model(site: Site) -> PublishedModel:
    """The file that the server should have."""
    return PublishedModel(
        name="large",
        about="a large one",
        url=site.url,
        bytes=len(FILE),
        sha256=hashlib.sha256(FILE).hexdigest(),
        licence="Apache-2.0",
    )
