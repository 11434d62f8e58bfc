"""Network namespaces without a name, and TUN devices in them. Root is needed.

A namespace lives as long as a process in it or a file descriptor of it, so none is left behind,
however the process that made it ends.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_CLONE_NEWNET: Final = 0x40000000
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
_SIOCSIFFLAGS, _SIOCSIFADDR, _SIOCSIFNETMASK = 0x8914, 0x8916, 0x891C
_IFF_UP: Final = 0x1
_DEVICE: Final = "wan0"
_HERE: Final = "/proc/thread-self/ns/net"

_libc = ctypes.CDLL(None, use_errno=True)


class Namespace:
    """A network namespace of its own, with its loopback device up.

    Raises:
        OSError: the system refuses: this needs root.
    """

    def __init__(self) -> None:
        with _return_home():
            _check(_libc.unshare(_CLONE_NEWNET), "a network namespace")
            self.descriptor = os.open(_HERE, os.O_RDONLY | os.O_CLOEXEC)
            """Names the namespace while this process runs, as /proc/PID/fd/NUMBER."""
            _configure("lo", up=True)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Put this thread into the namespace; what it starts meanwhile stays there."""
        with _return_home():
            _check(_libc.setns(self.descriptor, _CLONE_NEWNET), "a network namespace")
            yield

    def add_tun(self, address: str) -> int:
        """Add a TUN device with an IPv4 address in a network of 256.

        Returns:
            A file descriptor of its packets, non-blocking; the caller closes it.

        Raises:
            OSError: there is no /dev/net/tun, or it refuses.
        """
        with self.entered():
            tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                flags = _IFF_TUN | _IFF_NO_PI
                fcntl.ioctl(tun, _TUNSETIFF, struct.pack("16sH22x", _DEVICE.encode(), flags))
                _configure(_DEVICE, address=address, up=True)
            except OSError:
                os.close(tun)
                raise
        return tun

    def close(self) -> None:
        """Give the namespace up; it goes once no process is in it."""
        os.close(self.descriptor)


@contextmanager
def _return_home() -> Iterator[None]:
    home = os.open(_HERE, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield
    finally:
        _check(_libc.setns(home, _CLONE_NEWNET), "the way back")
        os.close(home)


def _configure(device: str, *, address: str = "", up: bool) -> None:
    name = device.encode()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        for request, value in ((_SIOCSIFADDR, address), (_SIOCSIFNETMASK, "255.255.255.0")):
            if address:
                field = struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton(value))
                fcntl.ioctl(asked, request, struct.pack("16s16s8x", name, field))
        if up:
            fcntl.ioctl(asked, _SIOCSIFFLAGS, struct.pack("16sH22x", name, _IFF_UP))


def _check(status: int, what: str) -> None:
    if status:
        number = ctypes.get_errno()
        root = ": root is needed" if number == errno.EPERM else ""
        raise OSError(number, f"{what}: {os.strerror(number)}{root}")
