"""Compares a run of Ianvs with `laecips replay --offline` on the same frames, frame by frame."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from laecips_eval.scoring.frame_log import FrameRow, read_rows
from laecips_eval.scoring.measures.agreement import compare


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare two frame logs and print the result; return 0 where both did the same, else 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ianvs", type=Path, help="frames.csv of an algorithm in Ianvs's workspace")
    parser.add_argument("replay", type=Path, help="offline.csv of the replay")
    args = parser.parse_args(arguments)
    try:
        ours, replayed = read_rows(args.ianvs), read_rows(args.replay)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    agreement = compare(ours, replayed)
    sizes = other_sizes(ours, replayed)
    print(agreement)
    print(
        f"bytes up or down differ on {len(sizes)} (first: stamp {sizes[0]})"
        if sizes
        else "bytes up and down are the same"
    )
    return 0 if agreement.complete and not sizes else 1


def other_sizes(ours: Sequence[FrameRow], replayed: Sequence[FrameRow]) -> list[int]:
    """Return the stamps in nanoseconds of the common frames whose bytes up or down differ."""
    known = {row.stamp_ns: (row.bytes_up, row.bytes_down) for row in replayed}
    return [
        row.stamp_ns
        for row in ours
        if row.stamp_ns in known and known[row.stamp_ns] != (row.bytes_up, row.bytes_down)
    ]


if __name__ == "__main__":
    sys.exit(main())
