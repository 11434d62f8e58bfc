"""The page that keeps a browser on this machine."""

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from laecips_eval.run_view.viewer_page import ViewerPage

CODE = b"\0asm" + bytes(100_000)


class Viewer(BaseHTTPRequestHandler):
    """Stands where Rerun's web server does: one file."""

    def do_GET(self) -> None:
        if self.path != "/viewer.wasm?version=1":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/wasm")
        self.send_header("Content-Length", str(len(CODE)))
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(CODE)

    def log_message(self, *_: object) -> None:
        pass


def opened(address: str) -> HTTPResponse:
    return urllib.request.urlopen(address)  # noqa: S310 (of this test)


@pytest.fixture
def viewer() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Viewer) as server:
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_files_pass_with_a_policy_for_loopback_alone(viewer: int) -> None:
    with ViewerPage(0, viewer=viewer, data=9876) as page:
        address, _, query = page.address.partition("?")
        assert query == "url=rerun%2Bhttp%3A%2F%2F127.0.0.1%3A9876%2Fproxy"
        with opened(address + "viewer.wasm?version=1") as answer:
            headers = answer.headers
            assert answer.read() == CODE
    assert headers["Content-Type"] == "application/wasm"
    assert headers["Access-Control-Allow-Origin"] is None
    rules = dict(
        rule.strip().partition(" ")[::2] for rule in headers["Content-Security-Policy"].split(";")
    )
    assert rules["connect-src"].split() == ["'self'", "blob:", "data:", "http://127.0.0.1:9876"]
    assert not any(word.startswith("http") for word in rules["default-src"].split())


def test_what_is_missing_is_missing(viewer: int) -> None:
    with (
        ViewerPage(0, viewer=viewer, data=9876) as page,
        pytest.raises(urllib.error.HTTPError, match="404"),
    ):
        opened(page.address)
