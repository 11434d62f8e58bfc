"""Options that replay and demo have: declared, checked before anything starts, and read."""

from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from laecips_bringup.live_replay.places import LinkOptions

NO_LINK = "none"
RATE = 1.0


def add_run_arguments(
    parser: argparse.ArgumentParser, *, out: Path, rate: float = RATE, link: str = NO_LINK
) -> None:
    """Declare the options that every replay has, with these defaults."""
    parser.add_argument(
        "--bundle", type=Path, default=None, help="folder of the model bundle; default: the shipped"
    )
    parser.add_argument(
        "--teacher",
        default="",
        metavar="DIR",
        help="large network that the cloud asks for its opinion, or none; default: the shipped one "
        "with the shipped bundle",
    )
    parser.add_argument("--out", type=Path, default=out, help="folder of report, result and logs")
    parser.add_argument(
        "--rate", type=float, default=rate, help=f"speed against the recording ({rate:g})"
    )
    parser.add_argument(
        "--policy",
        default=None,
        help="how hard frames are found: laecips (without --train it is the paper's DCSB), "
        "appealnet, spp ...",
    )
    parser.add_argument(
        "--delta", type=float, default=None, help="threshold instead of the bundle's"
    )
    parser.add_argument(
        "--upload-budget",
        type=float,
        default=None,
        metavar="SHARE",
        help="largest share of the frames that go to the cloud, audits included, such as 0.35",
    )
    parser.add_argument("--audit-rate", type=float, default=None, help="share of audited frames")
    parser.add_argument("--seed", type=int, default=None, help="seed of the audits")
    parser.add_argument("--params-file", default="", help="parameter file for the nodes")
    parser.add_argument(
        "--no-result-bag", action="store_true", help="draw no overlay, write no result.mcap"
    )
    across = parser.add_argument_group("across a network")
    across.add_argument(
        "--link",
        default=link,
        metavar="RATE[,DELAY]",
        help="robot and cloud with this link between them, by bridge and gateway, such as "
        f"4mbit,20ms, with the delay of one way; none: in one network ({link})",
    )
    across.add_argument(
        "--cut",
        action="append",
        default=[],
        metavar="FROM-TO",
        help="cut the link from second to second of the run, such as 60-80; may be repeated",
    )


def check(args: argparse.Namespace) -> None:
    """Check the options that every replay has, before anything is written or started.

    A name in the parameter file that no node knows is told: it has no effect.

    Raises:
        ValueError: an option has an invalid value; names the first.
    """
    from laecips_edge.launching.params_file import unknown_names

    from laecips_bringup.graph.installed_files import teacher_for
    from laecips_bringup.live_replay.run_checks import (
        check_cleared,
        check_edge,
        check_out,
        check_rate,
    )

    check_rate(args.rate)
    check_edge(edge_parameters(args))
    check_out(args.out)
    if not getattr(args, "offline", False):
        check_cleared(args.out)
    link_options(args)
    teacher_for("", args.teacher)
    for problem in unknown_names(Path(args.params_file)) if args.params_file else ():
        print(f"note: {problem}")


def link_options(args: argparse.Namespace) -> LinkOptions | None:
    """Return the link that the options describe; None without one.

    Raises:
        ValueError: one of them is invalid.
    """
    from laecips_eval.thin_link.conditions import link_conditions

    from laecips_bringup.live_replay.link_watch import cut_times
    from laecips_bringup.live_replay.places import LinkOptions

    cuts = sorted(map(cut_times, args.cut))
    for before, after in pairwise(cuts):
        if after[0] <= before[1]:
            raise ValueError("--cut: two ranges overlap or touch: give one for both")
    if args.link == NO_LINK:
        if cuts:
            raise ValueError("--cut: there is no link to cut: say --link 4mbit,20ms too")
        return None
    try:
        conditions = link_conditions(args.link)
    except ValueError as error:
        raise ValueError(f"--link: {error}, or none") from error
    if conditions.loss:
        raise ValueError(
            "--link: the link of a replay is a relay, which loses nothing: give no loss"
        )
    return LinkOptions(conditions=conditions, cuts=cuts)


def edge_parameters(args: argparse.Namespace) -> dict[str, bool | int | float | str]:
    """Return the edge node's parameters that were given as options."""
    given = {
        "policy": args.policy,
        "delta": args.delta,
        "upload_budget": args.upload_budget,
        "audit_rate": args.audit_rate,
        "seed": args.seed,
    }
    return {name: value for name, value in given.items() if value is not None}
