"""The command `laecips`; every package adds subcommands by entry points.

A subcommand is a module in the entry point group `laecips.commands`. It defines `HELP` (one line),
`add_arguments(parser)` and `run(args) -> int`. It imports heavy packages inside `run`, so that the
robot's commands work without torch.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points, version
from types import ModuleType

GROUP = "laecips.commands"
PACKAGE = "laecips_edge"
"""Whose version is shown: every machine has this one, and all have the same."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand.

    A `ValueError`, `OSError` or `ImportError` of the subcommand is printed as one line.

    Args:
        arguments: Command line without the program's name; None: `sys.argv[1:]`.

    Returns:
        Exit status: the subcommand's own, 2 after an error, 130 after Ctrl-C.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    commands = {point.name: point for point in entry_points(group=GROUP)}
    parser = argparse.ArgumentParser(
        prog="laecips", description="Edge-cloud semantic segmentation for inspection robots."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {version(PACKAGE)}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    chosen = arguments[0] if arguments else None
    for name, point in sorted(commands.items()):
        # Import only the command that runs; without one import all, for the list of their `HELP`s.
        if chosen in commands and name != chosen:
            continue
        module = _load(point)
        if isinstance(module, str):
            subparsers.add_parser(name, help=f"(not available here: {module})")
            continue
        command = subparsers.add_parser(
            name,
            help=module.HELP,
            description=module.HELP,
            formatter_class=_Help,
        )
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    args = parser.parse_args(arguments)
    if not hasattr(args, "run"):
        parser.error(f"{args.command} is not available here; `laecips --help` says why")
    try:
        return int(args.run(args) or 0)
    except (ValueError, OSError, ImportError) as error:
        print(f"laecips {args.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


class _Help(argparse.ArgumentDefaultsHelpFormatter):
    """Shows the default of an option; not for required options, None and False.

    The help text of such an option says what happens without a value.
    """

    def _get_help_string(self, action: argparse.Action) -> str | None:
        if action.required or action.default is None or action.default is False:
            return action.help
        return super()._get_help_string(action)


def _load(point: EntryPoint) -> ModuleType | str:
    try:
        return importlib.import_module(point.value)
    except ImportError as error:
        return str(error)


if __name__ == "__main__":
    sys.exit(main())
