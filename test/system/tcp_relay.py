"""A relay of TCP connections on loopback, which a test may cut, or turn into a black hole."""

import socket
import threading
from contextlib import suppress
from typing import Self


class Relay:
    """Passes on what comes to `address`, to a port of this machine.

    Args:
        port: Where it goes.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = _listen(0)
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = []
        self._passes = threading.Event()
        self._passes.set()
        self._threads: list[threading.Thread] = []
        self._serve()

    def cut(self) -> None:
        """Reset all connections; new ones are refused."""
        # A thread that waits in accept() keeps a closed socket open.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def swallow(self) -> None:
        """Keep all connections, and take new ones, but let nothing through."""
        self._passes.clear()

    def mend(self) -> None:
        """Pass on again; connections that were swallowed meanwhile go on."""
        self._passes.set()
        if self._listener.fileno() < 0:
            self._listener = _listen(int(self.address.rpartition(":")[2]))
            self._serve()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._passes.set()
        if self._listener.fileno() >= 0:
            self.cut()
        for each in self._threads:
            each.join()

    def _serve(self) -> None:
        self._start(self._accept, self._listener)

    def _start(self, target: object, *arguments: socket.socket) -> None:
        thread = threading.Thread(target=target, args=arguments)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(("127.0.0.1", self._port))
                self._open += [near, far]
                self._start(self._pump, near, far)
                self._start(self._pump, far, near)

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                self._passes.wait()
                target.sendall(data)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen()
    return listener
