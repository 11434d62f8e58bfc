"""The process that carries the traffic of a link until its standard input ends.

    python -m laecips_eval.thin_link.link_process NAME CONDITIONS tun ROBOT_FD CLOUD_FD
    python -m laecips_eval.thin_link.link_process NAME CONDITIONS relay HOST:PORT

A process of its own keeps time better than a thread beside others. Its first line of output is the
port that robots connect to; 0 with TUN devices.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from dataclasses import asdict
from typing import Any

from laecips_eval.thin_link.conditions import LinkConditions
from laecips_eval.thin_link.control import links_folder, serve
from laecips_eval.thin_link.direction import Direction
from laecips_eval.thin_link.packets import PacketWire
from laecips_eval.thin_link.relay import Relay


class CarriedLink:
    """Both directions of a link, and what an order does to them.

    Args:
        conditions: conditions of the link.
    """

    def __init__(self, conditions: LinkConditions) -> None:
        self.up = Direction(conditions, seed=2 * conditions.seed)
        self.down = Direction(conditions, seed=2 * conditions.seed + 1)
        self.relay: Relay | None = None
        self._whole = True

    def obey(self, order: str, reset: bool) -> dict[str, Any]:
        """Obey an order and return the state of the link."""
        order, _, value = order.partition(" ")
        if order == "rate":
            self.up.change_rate(float(value))
            self.down.change_rate(float(value))
        elif order != "status":
            self._whole = order == "mend"
            if self.relay is None:
                self.up.cut = self.down.cut = not self._whole
            elif self._whole:
                self.relay.mend()
            else:
                self.relay.cut(reset=reset)
        return {
            "whole": self._whole,
            "up": asdict(self.up.traffic),
            "down": asdict(self.down.traffic),
        }


async def _carry(name: str, conditions: LinkConditions, kind: str, *ends: str) -> None:
    link = CarriedLink(conditions)
    if kind == "tun":
        robot, cloud = map(int, ends)
        PacketWire(robot, cloud, link.up).start()
        PacketWire(cloud, robot, link.down).start()
    else:
        link.relay = Relay(*ends, up=link.up, down=link.down)
        await link.relay.start()
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, ended.set)
    server = await serve(name, link.obey)
    print(link.relay.port if link.relay is not None else 0, flush=True)
    await ended.wait()
    server.close()
    (links_folder() / f"{name}.sock").unlink(missing_ok=True)


def main() -> None:
    """Carry the link that the command line describes."""
    # Ctrl-C is for who started this process: its end closes the standard input here.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    name, conditions, kind, *ends = sys.argv[1:]
    asyncio.run(_carry(name, LinkConditions(**json.loads(conditions)), kind, *ends))


if __name__ == "__main__":
    main()
