"""What the stand-ins of robot and cloud are to do, as JSON on their command lines."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final, NamedTuple

import numpy as np

ROBOT: Final = "bench"
"""Name of the robot, in its certificate too."""

ANSWER_BYTES: Final = 10_000
PIECE_BYTES: Final = 16_384
GIVE_UP_S: Final = 20.0
"""Seconds after which a call counts as lost."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Calls of a robot.

    Attributes:
        via: `ros` for the service `segment_hard_frame`, `grpc` for a bare gRPC call.
        frame_bytes: bytes of a picture; 0 for no frames, only the transfer.
        calls: number of calls.
        at_once: calls in flight.
        transfer: whether a model is fetched meanwhile, in pieces, without end.
        idle_s: seconds of silence before each call.
        deadline_s: seconds that the robot gives a frame.
        seconds: of `at_once` calls or of a transfer alone: how long; 0: as long as the calls take.
        address: HOST:PORT of a bare gRPC call.
        certificates: folder of the robot's certificates for it.
    """

    via: str = "ros"
    frame_bytes: int = 0
    calls: int = 0
    at_once: int = 1
    transfer: bool = False
    idle_s: float = 0.0
    deadline_s: float = GIVE_UP_S
    seconds: float = 0.0
    address: str = ""
    certificates: str = ""

    def text(self) -> str:
        """Return the plan as JSON."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a plan.

    Attributes:
        latencies_s: seconds of each answered call.
        lost: calls without an answer.
        seconds: how long all took.
        transferred: bytes of the model that came.
        found_s: monotonic seconds of this machine when the first call was answered; 0: unknown.
    """

    latencies_s: list[float]
    lost: int
    seconds: float
    transferred: int
    found_s: float = 0.0

    def text(self) -> str:
        """Return the outcome as JSON."""
        return json.dumps(asdict(self))


class Quantiles(NamedTuple):
    """Quantiles in milliseconds; lost calls count as endless."""

    p50: float
    p95: float
    p99: float


def quantiles_ms(outcome: Outcome) -> Quantiles:
    """Return the quantiles of an outcome's calls; nan without calls."""
    calls: Sequence[float] = [*outcome.latencies_s, *[math.inf] * outcome.lost]
    if not calls:
        return Quantiles(math.nan, math.nan, math.nan)
    # No interpolation: between a number and an endless call there is none.
    found = np.quantile(calls, (0.5, 0.95, 0.99), method="higher")
    return Quantiles(*(1e3 * float(value) for value in found))
