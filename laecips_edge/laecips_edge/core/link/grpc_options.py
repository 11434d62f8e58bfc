"""Options of the gRPC channel and server, which must match.

A frozen or disconnected peer must be noticed: keepalive needs a limit on the wait for a ping's
answer. Messages above the largest allowed size are refused.
"""

from __future__ import annotations

from typing import Final

from laecips_edge.core.link.protobuf import MAX_ANSWER, MAX_REQUEST

Option = tuple[str, int | str]

PING_PERIOD_MS: Final = 5000
PING_TIMEOUT_MS: Final = 5000
CONNECT_TIMEOUT_MS: Final = 2500
LONGEST_BACKOFF_MS: Final = 1500
"""A try to connect and the longest wait before it end well within five seconds."""

WINDOW: Final = 256 << 10
"""Bytes that may be on their way to a client in a call: the largest delay times rate it can use."""

HANDSHAKE_TIMEOUT_MS: Final = 10_000
CALLS_A_CONNECTION: Final = 24

_KEEPALIVE: Final[tuple[Option, ...]] = (
    ("grpc.keepalive_time_ms", PING_PERIOD_MS),
    ("grpc.keepalive_timeout_ms", PING_TIMEOUT_MS),
    ("grpc.http2.ping_timeout_ms", PING_TIMEOUT_MS),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
)

CLIENT: Final[tuple[Option, ...]] = (
    *_KEEPALIVE,
    ("grpc.initial_reconnect_backoff_ms", 250),
    ("grpc.min_reconnect_backoff_ms", CONNECT_TIMEOUT_MS),
    ("grpc.max_reconnect_backoff_ms", LONGEST_BACKOFF_MS),
    ("grpc.max_receive_message_length", MAX_ANSWER),
    ("grpc.max_send_message_length", MAX_REQUEST),
    ("grpc.enable_retries", 0),  # the caller decides what to repeat
    ("grpc.use_local_subchannel_pool", 1),
    # The pings by which a client measures a link to size its window arrive late over a thin one,
    # after the server's last data: the server would take them for a flood and hang up.
    ("grpc.http2.bdp_probe", 0),
    ("grpc.http2.lookahead_bytes", WINDOW),
)

SERVER: Final[tuple[Option, ...]] = (
    *_KEEPALIVE,
    ("grpc.http2.min_recv_ping_interval_without_data_ms", PING_PERIOD_MS // 2),
    ("grpc.max_receive_message_length", MAX_REQUEST),
    ("grpc.max_send_message_length", MAX_ANSWER),
    ("grpc.max_concurrent_streams", CALLS_A_CONNECTION),
    ("grpc.server_handshake_timeout_ms", HANDSHAKE_TIMEOUT_MS),
    ("grpc.so_reuseport", 0),  # two gateways on one port would share it without an error
)


def is_loopback(address: str) -> bool:
    """Return whether an address `HOST:PORT` is of this machine."""
    return address.rpartition(":")[0].strip("[]") in ("127.0.0.1", "::1", "localhost")
