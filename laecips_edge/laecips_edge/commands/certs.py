"""`laecips certs`: who may talk across the bridge, and whose model updates robots take."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from laecips_edge.core.certificates.authority import Authority

HELP = "make, list, renew and revoke certificates of robots and gateways; the trainer's key"

DEFAULT_FOLDER = "~/.laecips/certs"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--folder",
        type=Path,
        default=Path(DEFAULT_FOLDER),
        help="the authority's; keep it off robots and gateways",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("init", help="make the authority")
    for action, what in (
        ("robot", "make a certificate; NAME is the robot's identity"),
        ("gateway", "make a certificate; NAME is the gateway's name or address in the network"),
        ("renew", "make new ones with new keys in the place of those that NAME has"),
    ):
        parser_of = actions.add_parser(action, help=what)
        parser_of.add_argument("name", metavar="NAME")
        parser_of.add_argument("--days", type=float, default=365.0, help="how long it holds")
        if action == "gateway":
            parser_of.add_argument(
                "--also", nargs="*", default=[], metavar="NAME", help="more names or addresses"
            )
    actions.add_parser("list", help="all certificates, as a table")
    revoke = actions.add_parser("revoke", help="let all certificates of NAME hold no longer")
    revoke.add_argument("name", metavar="NAME")
    sign_key = actions.add_parser(
        "sign-key", help="make the key by which the trainer signs model updates"
    )
    sign_key.add_argument(
        "--rotate",
        action="store_true",
        help="make the one that follows the key there, which signs it: robots that trust the old "
        "one take the updates of the new one",
    )


def run(args: argparse.Namespace) -> int:
    """Do it.

    Raises:
        ValueError, OSError: it cannot be done; one line.
    """
    from laecips_edge.core.certificates.authority import Authority
    from laecips_edge.core.certificates.certificate import utc_now
    from laecips_edge.core.signing.key_files import make_signing_key

    folder, now = args.folder.expanduser(), utc_now()
    if args.action == "init":
        Authority.create(folder, now)
        print(f"{folder}: the authority; back it up, and keep ca.key to yourself")
        return 0
    if args.action == "sign-key":
        key, *public = make_signing_key(folder, rotate=args.rotate)
        print(f"{key}: bring this file to the trainer (parameter signing_key), and nowhere else")
        for path in public:
            print(f"{path}: for robots (parameter update_keys)")
        return 0
    authority = Authority(folder)
    if args.action == "list":
        for each in authority.certificates():
            left = each.days_left(now)
            state = "revoked" if authority.is_revoked(each) else "expired" if left < 0 else "holds"
            print(f"{each.kind:8} {each.name:24} {state:8} until {each.until:%Y-%m-%d %H:%M} UTC")
    elif args.action == "revoke":
        for path in authority.revoke(args.name, now):
            print(f"{path}: written; a running gateway re-reads its copy by itself")
    else:
        for path in _certify(authority, args, now):
            print(f"{path}: bring this folder there, and nothing else")
    return 0


def _certify(authority: Authority, args: argparse.Namespace, now: datetime) -> list[Path]:
    from laecips_edge.core.certificates.authority import AUTHORITY_DAYS

    if not 0 < args.days <= AUTHORITY_DAYS:
        raise ValueError(
            f"--days is {args.days:g}: give more than 0 and at most {AUTHORITY_DAYS}, for which an "
            "authority holds"
        )
    if args.action == "renew":
        return authority.renew(args.name, now, days=args.days)
    also = args.also if args.action == "gateway" else ()
    return [authority.issue(args.action, args.name, now, days=args.days, also=also)]
