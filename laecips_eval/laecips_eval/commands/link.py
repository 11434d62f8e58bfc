"""`laecips link`: run commands of a robot and of a cloud with a thin link between them."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Final

from laecips_eval.thin_link import conditions

if TYPE_CHECKING:
    from laecips_eval.thin_link.thin_link import Side, ThinLink

HELP = "run commands of a robot and of a cloud with a thin, long, lossy link between them"

_PATIENCE_S: Final = 5.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_conditions(parser)
    parser.add_argument(
        "--mode",
        choices=("auto", "namespaces", "relay"),
        default="auto",
        help="two network namespaces and real packets (root), or a relay of TCP connections",
    )
    parser.add_argument("--port", type=int, default=50443, help="TCP port of the cloud")
    parser.add_argument("--name", default="", help="name of the link; without it, one is made up")
    parser.add_argument(
        "--reset", action="store_true", help="with `cut`: end the connections of a relay too"
    )
    parser.add_argument(
        "commands",
        nargs="*",
        metavar="COMMAND",
        help="shell commands: CLOUD ROBOT, or ROBOT alone; the link ends with the robot's. The "
        "cloud listens at $LINK_LISTEN, the robot dials $LINK_CLOUD. Or of a link that runs: cut, "
        "mend, rate RATE or status, and its NAME",
    )


def add_conditions(parser: argparse.ArgumentParser) -> None:
    """Declare the options of a link's conditions."""
    usual = conditions.LinkConditions()
    parser.add_argument("--rate", default="4mbit", help="rate, in each direction")
    parser.add_argument("--delay", default="20ms", help="one-way delay: half the round trip")
    parser.add_argument("--loss", default="0%", help="share of the packets that are lost")
    parser.add_argument(
        "--queue", default="200ms", help="traffic that waits in front of the link; more is dropped"
    )
    parser.add_argument("--seed", type=int, default=usual.seed, help="seed of the loss")


def run(args: argparse.Namespace) -> int:
    """Run the link, or send an order to one that runs; return the exit status.

    Raises:
        ValueError: an option or a name is invalid.
        OSError: the link cannot be made.
    """
    from laecips_eval.thin_link.control import ORDERS
    from laecips_eval.thin_link.thin_link import ThinLink

    if args.commands and args.commands[0] in ORDERS:
        return _order(*args.commands, reset=args.reset)
    if len(args.commands) > 2:
        raise ValueError(
            f"{len(args.commands)} commands: give CLOUD ROBOT or ROBOT, each one quoted"
        )
    link = ThinLink(
        chosen_conditions(args),
        mode="" if args.mode == "auto" else args.mode,
        port=args.port,
        name=args.name,
    )
    signal.signal(signal.SIGTERM, _interrupt)
    with link:
        _say(link)
        return _run(link, args.commands)


def chosen_conditions(args: argparse.Namespace) -> conditions.LinkConditions:
    """Return the conditions that the options name.

    Raises:
        ValueError: one of them is invalid.
    """
    return conditions.LinkConditions(
        rate_bit_s=conditions.rate(args.rate),
        delay_s=conditions.seconds(args.delay),
        loss=conditions.share(args.loss),
        queue_s=conditions.seconds(args.queue),
        seed=args.seed,
    )


def _order(order: str, *names: str, reset: bool) -> int:
    if order == "rate":
        if not names:
            raise ValueError("rate: give the new rate, such as 400kbit")
        order, names = f"rate {conditions.rate(names[0])}", names[1:]
    from laecips_eval.thin_link.control import ask
    from laecips_eval.thin_link.thin_link import link_state

    if len(names) > 1:
        raise ValueError(f"{order} {' '.join(names)}: name one link")
    state = link_state(ask(names[0] if names else "", order, reset=reset))
    print("whole" if state.whole else "cut")
    for name, traffic in (("up", state.up), ("down", state.down)):
        print(
            f"{name}: {traffic.bytes} bytes in {traffic.packets} packets, {traffic.lost} lost, "
            f"{traffic.dropped} dropped"
        )
    return 0


def _say(link: ThinLink) -> None:
    how = f"a relay of TCP connections to {link.listen}, from {link.dial}"
    if link.mode == "namespaces":
        how = "packets between two network namespaces"
    reason = f"; {link.note}" if link.note else ""
    lost = link.conditions.loss and link.mode == "relay"
    unlost = "; a relay loses nothing: --loss is left out" if lost else ""
    print(f"link {link.name}: {link.conditions}; {how}{reason}{unlost}", flush=True)


def _run(link: ThinLink, commands: list[str]) -> int:
    if not commands:
        return _stand(link)
    cloud = None
    if len(commands) > 1:
        cloud = _start(commands[0], link, link.cloud, apart=True)
    robot = _start(commands[-1], link, link.robot, apart=False)
    try:
        return robot.wait()
    finally:
        _stop(robot)
        if cloud is not None:
            with suppress(ProcessLookupError):
                os.killpg(cloud.pid, signal.SIGTERM)
            _stop(cloud)


def _stand(link: ThinLink) -> int:
    for name, side in (("robot", link.robot), ("cloud", link.cloud)):
        if side.namespace is not None:
            print(f"{name}: nsenter --net=/proc/{os.getpid()}/fd/{side.namespace.descriptor} sh")
    print(f"the cloud listens at {link.listen}, robots dial {link.dial}; Ctrl-C ends", flush=True)
    signal.pause()
    return 0


def _start(command: str, link: ThinLink, side: Side, *, apart: bool) -> subprocess.Popen[bytes]:
    with side.entered():
        return subprocess.Popen(
            ["sh", "-c", command],  # noqa: S607 - the user's own shell command
            env={**os.environ, **link.environment()},
            start_new_session=apart,
        )


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a command that still runs: it has had its signal, or gets it now."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
