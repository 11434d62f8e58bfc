import os
import socket

import pytest
from laecips_eval.thin_link.namespaces import Namespace

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")


@pytest.fixture
def namespace() -> Namespace:
    try:
        return Namespace()
    except OSError as error:
        pytest.skip(f"this system gives no network namespace: {error}")


def devices() -> set[str]:
    return {name for _, name in socket.if_nameindex()}


@needs_root
def test_a_namespace_has_its_own_devices(namespace: Namespace) -> None:
    home = os.stat("/proc/thread-self/ns/net").st_ino
    before = devices()
    with namespace.entered():
        assert devices() == {"lo"}
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection(server.getsockname()).close()
    assert devices() == before
    assert os.stat("/proc/thread-self/ns/net").st_ino == home
    namespace.close()


@needs_root
@pytest.mark.skipif(not os.path.exists("/dev/net/tun"), reason="this system has no /dev/net/tun")
def test_a_tun_device_carries_packets_of_its_network(namespace: Namespace) -> None:
    tun = namespace.add_tun("10.77.0.1")
    with namespace.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"frame", ("10.77.0.2", 5))
    packets = []
    while not any(packet.endswith(b"frame") for packet in packets):
        try:
            packets.append(os.read(tun, 2000))
        except BlockingIOError:
            continue
    found = next(packet for packet in packets if packet.endswith(b"frame"))
    assert found[12:20] == bytes([10, 77, 0, 1, 10, 77, 0, 2])
    os.close(tun)
    namespace.close()


@needs_root
def test_there_is_a_way_back_after_an_error(namespace: Namespace) -> None:
    home = os.stat("/proc/thread-self/ns/net").st_ino
    with pytest.raises(OSError, match="nothing of the kind"), namespace.entered():
        raise OSError("nothing of the kind")
    assert os.stat("/proc/thread-self/ns/net").st_ino == home
    namespace.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may have a namespace")
def test_without_root_it_says_so() -> None:
    with pytest.raises(OSError, match="root is needed"):
        Namespace()
