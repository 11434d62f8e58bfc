"""Options of `laecips train`: declared, and checked before frames are read."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from laecips_eval.commands.options import add_dataset

AUTO = "auto"
"""Input size that is chosen by the pictures."""

STEPS = {"pair": 2000, "teacher": 6000, "appealnet": 300}
"""Of f, of a teacher, of an AppealNet after its pair's training; each role has some."""

_RANGES: Final[dict[str, tuple[Callable[[Any], bool], str]]] = {
    "--threads": (lambda number: number >= 1, "1 or more"),
    "--input-size": (lambda size: size == AUTO or min(size) >= 32, "32x32 or more"),
    "--tiles": (lambda grid: min(grid) >= 1, "1x1 or more"),
    "--width": (lambda factor: factor > 0, "more than 0"),
    "--miner-width": (lambda factor: factor > 0, "more than 0"),
    "--steps": (lambda number: number >= 1, "1 or more"),
    "--miner-steps": (lambda number: number >= 1, "1 or more"),
    "--folds": (lambda number: number == 0 or number >= 2, "0, or 2 or more"),
    "--variants": (lambda number: number >= 0, "0 or more"),
    "--light": (lambda share: 0 <= share <= 1, "a share from 0 to 1"),
    "--minutes": (lambda time: time > 0, "more than 0"),
}
"""What is allowed of an option that is given, and how that is said."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument(
        "-o", "--out", type=Path, required=True, help="folder of the bundle or the teacher"
    )
    parser.add_argument(
        "--role",
        choices=sorted(STEPS),
        default="pair",
        help="pair: f and h, a bundle for robots; teacher: a larger network for the class scorers "
        "onnx and blend; appealnet: the bundle of --pair with an f that judges its own answers, "
        "for the policy appealnet",
    )
    add_dataset(parser)
    parser.add_argument(
        "--split",
        help="split to learn from, of a folder also several with commas; without it the usual one",
    )
    parser.add_argument(
        "--held-out",
        help="split that nothing learns from, or the share of --split to keep back at its end; "
        "without it the usual one",
    )
    parser.add_argument("--frames", type=int, help="take so many frames of --split; without it all")
    parser.add_argument(
        "--held-out-frames", type=int, help="take so many held-out frames; without it all"
    )
    parser.add_argument(
        "--width",
        type=float,
        help="width multiplier of f (without it the network's usual one) or teacher (1.0)",
    )
    parser.add_argument(
        "--input-size",
        type=_size_or_auto,
        default="360x480",
        help="HEIGHTxWIDTH that it runs at; auto: what keeps the detail of the pictures, near the "
        "cost of the shipped pair",
    )
    parser.add_argument(
        "--steps", type=int, help="steps of f (without it 2000), teacher (6000) or AppealNet (300)"
    )
    parser.add_argument(
        "--variants", type=int, default=2, help="drifted variants of each held-out frame"
    )
    parser.add_argument("--minutes", type=float, help="time limit; without one it is reproducible")
    parser.add_argument("--seed", type=int, default=0, help="seed of everything")
    parser.add_argument(
        "--threads", type=int, default=1, help="threads; only one is reproducible to the bit"
    )
    parser.add_argument("--resume", action="store_true", help="go on after the last finished stage")
    parser.add_argument(
        "--quick-size",
        type=_size,
        help="HEIGHTxWIDTH of a teacher's quick.onnx, for a cloud with little time",
    )
    parser.add_argument(
        "--pair",
        type=Path,
        metavar="DIR",
        help="of an AppealNet: bundle of the pair that it begins with, trained with the same data "
        "set, --held-out-frames, --variants, --seed and --teacher; without it the shipped one",
    )
    pair = parser.add_argument_group("of a pair")
    pair.add_argument(
        "--name", help="name of the bundle; without it the data set's or its folder's"
    )
    pair.add_argument(
        "--tiles",
        type=_size,
        help="ROWSxCOLUMNS of tiles of --input-size that a picture is cut into; without it 1x1, "
        "with --input-size auto what keeps the detail",
    )
    pair.add_argument(
        "--network",
        default="rfnet",
        metavar="NAME[:VARIANT]",
        help="f's architecture: rfnet, ddrnet, unet, smp:ARCHITECTURE/ENCODER, or one of another "
        "package",
    )
    pair.add_argument(
        "--weights",
        type=Path,
        help="file of weights that f begins with, such as an encoder's; without it random ones",
    )
    pair.add_argument(
        "--light",
        type=float,
        default=0.5,
        metavar="SHARE",
        help="share of the pictures that f sees in another light, lens and sensor (0.5); 0 where "
        "neither ever changes: f is better there, and lost elsewhere",
    )
    pair.add_argument("--miner-width", type=float, default=0.5, help="width multiplier of h")
    pair.add_argument("--miner-steps", type=int, default=400, help="steps of h")
    pair.add_argument(
        "--folds",
        type=int,
        default=3,
        help="folds for the miner's rows; 0: half of the held-out frames is enough for h",
    )
    pair.add_argument(
        "--teacher",
        type=Path,
        metavar="DIR",
        help="teacher whose answers the cloud will give: h learns where they are better than f's; "
        "without it F corrects f's contours only",
    )
    pair.add_argument(
        "--mask-generator",
        help="whose masks F fuses, for the miner's rows; without it graph, and none with --teacher",
    )


def check(args: argparse.Namespace) -> None:
    """Check numbers and network.

    Raises:
        ValueError: one of them cannot be; names the option, its value and what it may be.
    """
    for option, (is_allowed, allowed) in _RANGES.items():
        value = getattr(args, option.removeprefix("--").replace("-", "_"))
        if value is not None and not is_allowed(value):
            raise ValueError(f"{option} is {_shown(value)}: give {allowed}")
    _check_network(args)
    if args.input_size != AUTO:
        check_tiles(args)


def check_tiles(args: argparse.Namespace) -> None:
    """Check that f's answers for the tiles fit together, once the input size is known.

    Raises:
        ValueError: they do not.
    """
    from laecips_cloud.networks import create_edge_network
    from laecips_edge.core.image.tiling import OVERLAP, Tiling

    if args.role != "pair" or args.tiles in (None, (1, 1)):
        return
    stride = create_edge_network(args.network, classes=2, width=args.width).stride
    if not Tiling(args.input_size, args.tiles).can_be_joined(stride):
        raise ValueError(
            f"--tiles is {_shown(args.tiles)} and --input-size {_shown(args.input_size)}: of "
            f"tiles, give sides of more than {OVERLAP} pixels that are multiples of {stride}"
        )


def _check_network(args: argparse.Namespace) -> None:
    """Refuse what cannot be f, or its first weights, before frames are read."""
    from laecips_cloud.networks import create_edge_network
    from laecips_cloud.networks.initial_weights import take_weights

    if args.role == "pair":
        if args.network == "appealnet":
            raise ValueError(
                "--network is appealnet: its head learns from what a trained pair's cloud gains; "
                "train a pair, then --role appealnet"
            )
        network = create_edge_network(args.network, classes=2, width=args.width)
        if args.weights is not None:
            take_weights(args.weights, network)
    elif args.network != "rfnet":
        raise ValueError(
            f"--network is {args.network}: --role {args.role} takes an rfnet; leave it out"
        )


def _shown(value: Any) -> str:
    return "x".join(map(str, value)) if isinstance(value, tuple) else f"{value:g}"


def _size_or_auto(text: str) -> tuple[int, int] | str:
    return AUTO if text == AUTO else _size(text)


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)x(\d+)", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is not two numbers such as 360x480")
    return int(match[1]), int(match[2])
