"""The conditions of a link: rate, delay, loss and queue, and how a command line writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_RATES: Final = {"bit": 1.0, "kbit": 1e3, "mbit": 1e6, "gbit": 1e9}
_TIMES: Final = {"ms": 1e-3, "s": 1.0}
_SHARES: Final = {"%": 0.01}


@dataclass(frozen=True, kw_only=True)
class LinkConditions:
    """The conditions of a link, the same in both directions.

    Attributes:
        rate_bit_s: bits per second, above 0.
        delay_s: one-way delay, seconds; the round trip takes twice that.
        loss: share of the packets that are lost at random, in [0, 1).
        queue_s: seconds of traffic that wait in front of the link; what comes beyond is dropped.
        seed: seed of the loss.
    """

    rate_bit_s: float = 4e6
    delay_s: float = 0.02
    loss: float = 0.0
    queue_s: float = 0.2
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            ValueError: a value is out of its range.
        """
        if not self.rate_bit_s > 0:
            raise ValueError(f"a link of {self.rate_bit_s:g} bit/s carries nothing: give more")
        if not 0 <= self.loss < 1:
            raise ValueError(f"loss {self.loss:g} is not in [0, 1): 1% is 0.01")
        if self.delay_s < 0 or self.queue_s <= 0:
            raise ValueError("delay must be at least 0, and the queue above 0 seconds")

    @property
    def round_trip_s(self) -> float:
        """Seconds there and back, of a link that is not busy."""
        return 2 * self.delay_s

    def ideal_s(self, *sizes: int) -> float:
        """Return the seconds that messages take one after the other, there and back once."""
        return self.round_trip_s + 8 * sum(sizes) / self.rate_bit_s

    def __str__(self) -> str:
        """Return one line, such as `4 Mbit/s, 40 ms round trip, 1 % loss`."""
        loss = f", {100 * self.loss:g} % loss" if self.loss else ""
        return f"{self.rate_bit_s / 1e6:g} Mbit/s, {1e3 * self.round_trip_s:g} ms round trip{loss}"


def link_conditions(text: str, *, seed: int = 0) -> LinkConditions:
    """Return the conditions that `4mbit,20ms,1%` describes: rate, one-way delay and loss.

    Raises:
        ValueError: a part is no quantity, or there are too many.
    """
    parts = text.split(",")
    if len(parts) > 3:
        raise ValueError(f"{text!r} has {len(parts)} parts: give RATE, DELAY and LOSS at most")
    read = zip(("rate_bit_s", "delay_s", "loss"), (rate, seconds, share), parts, strict=False)
    return LinkConditions(seed=seed, **{name: parse(part) for name, parse, part in read})


def rate(text: str) -> float:
    """Return bits per second: `4mbit` is 4 * 10^6.

    Raises:
        ValueError: the text is no rate.
    """
    return _quantity(text, _RATES, "a rate such as 4mbit or 500kbit")


def seconds(text: str) -> float:
    """Return seconds: `20ms` is 0.02.

    Raises:
        ValueError: the text is no time.
    """
    return _quantity(text, _TIMES, "a time such as 20ms or 1.5s")


def share(text: str) -> float:
    """Return a share in [0, 1]: `1%` is 0.01.

    Raises:
        ValueError: the text is no share.
    """
    return _quantity(text, _SHARES, "a share such as 1%")


def _quantity(text: str, units: Mapping[str, float], what: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+)\s*([a-z%]+)", text.strip().lower())
    if found is None or found[2] not in units:
        raise ValueError(f"{text!r} is not {what} (units: {', '.join(units)})")
    return float(found[1]) * units[found[2]]
