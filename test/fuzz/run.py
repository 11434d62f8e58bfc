"""Fuzz what is parsed from the network: `make fuzz`, or `make fuzz ARGS="--seconds 60 picture"`.

Each target starts from test/fuzz/corpus/TARGET. What is found lies in out/fuzz/TARGET; give a fault
to `test/fuzz/make_corpus.py` when it is mended, so that the ordinary tests replay it.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from fuzz_targets import TARGETS
from make_corpus import CORPUS

HERE = Path(__file__).parent
OUT = HERE.parents[1] / "out" / "fuzz"
SECONDS = 600
LARGEST = 1 << 14
MEMORY_MB = 2048
SLOW_S = 60
LINES = 30


def fuzz(target: str, seconds: int) -> bool:
    """Fuzz a target and print what came out; return whether nothing was found."""
    folder = OUT / target
    (folder / "corpus").mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={LARGEST}",
        f"-rss_limit_mb={MEMORY_MB}",
        f"-timeout={SLOW_S}",
        f"-artifact_prefix={folder}/",
        "-print_final_stats=1",
    ]
    command = [sys.executable, HERE / "run_target.py", target, *options]
    with (folder / "log").open("w+b") as log:  # the decoders complain about each broken picture
        ended = subprocess.run(
            [*command, folder / "corpus", CORPUS / target], stdout=log, stderr=log, check=False
        )
        log.seek(0)
        lines = log.read().decode(errors="replace").splitlines()
    if ended.returncode:
        print("\n".join(lines[-LINES:]))
    print(f"{target}: {_inputs(lines)} inputs, {'a fault' if ended.returncode else 'no fault'}")
    return not ended.returncode


def _inputs(lines: list[str]) -> str:
    name = "stat::number_of_executed_units:"
    return next((line.removeprefix(name).strip() for line in lines if line.startswith(name)), "?")


def main() -> int:
    """Fuzz the targets of the command line; 1 if one has a fault."""
    parser = argparse.ArgumentParser(description="Fuzz what is parsed from the network.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument(
        "--seconds", type=int, default=SECONDS, help="for each target (%(default)s)"
    )
    arguments = parser.parse_args()
    targets = arguments.targets or list(TARGETS)
    if unknown := sorted(set(targets) - TARGETS.keys()):
        parser.error(f"no target {', '.join(unknown)}: choose from {', '.join(TARGETS)}")
    faults = [target for target in targets if not fuzz(target, arguments.seconds)]
    if faults:
        print(f"see {', '.join(str(OUT / target) for target in faults)}")
    return min(len(faults), 1)


if __name__ == "__main__":
    sys.exit(main())
