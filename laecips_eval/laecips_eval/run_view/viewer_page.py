"""Serves the page of Rerun's viewer so that a browser that shows it reaches this machine alone.

Rerun's page reports its use to its makers, asks for news and loads fonts. A header tells the
browser to connect to nothing but loopback (Content Security Policy, level 3, `connect-src`).
"""

from __future__ import annotations

import shutil
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Final
from urllib.parse import quote

from laecips_eval.run_view.viewer_process import LOOPBACK, data_url

_LOOK_S: Final = 0.1
"""How often the server looks whether it shall stop."""

_KEPT: Final = ("Content-Type", "Content-Length", "Content-Encoding")


class ViewerPage:
    """A web server on loopback that passes a viewer's page on; a context manager.

    Args:
        port: its port; 0 for a free one.
        viewer: port of the page of Rerun's own web server.
        data: port from which the page takes data.

    Raises:
        OSError: the port is taken.
    """

    def __init__(self, port: int, *, viewer: int, data: int) -> None:
        handler = type("Handler", (_Relay,), {"viewer": viewer, "policy": policy(data)})
        self._server = ThreadingHTTPServer((LOOPBACK, port), handler)
        self._data = data
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=[_LOOK_S], daemon=True
        )

    @property
    def address(self) -> str:
        """What to open in a browser."""
        data = quote(data_url(self._data), safe="")
        return f"http://{LOOPBACK}:{self._server.server_port}/?url={data}"

    def __enter__(self) -> ViewerPage:
        """Serve."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


def policy(data: int) -> str:
    """Return the header's value for a page that takes its data from a port of loopback."""
    return (
        "default-src 'self' blob: data: 'unsafe-inline' 'wasm-unsafe-eval'; "
        f"connect-src 'self' blob: data: http://{LOOPBACK}:{data}"
    )


class _Relay(BaseHTTPRequestHandler):
    viewer: int
    policy: str

    def do_GET(self) -> None:
        """Answer with what Rerun's server answers."""
        try:
            # The path is a browser's, the host is not.
            answer = urllib.request.urlopen(f"http://{LOOPBACK}:{self.viewer}{self.path}")
        except urllib.error.HTTPError as error:
            self.send_error(error.code)
            return
        with answer:
            self.send_response(answer.status)
            for name in _KEPT:
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.send_header("Content-Security-Policy", self.policy)
            self.end_headers()
            shutil.copyfileobj(answer, self.wfile)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Log nothing."""
