"""The experiment `miners`: draw the drives, fill their tables of frames, and write the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from laecips_cloud.console import progress_bar
from laecips_edge.core.atomic_files import whole_file

from laecips_eval.bags import open_bag
from laecips_eval.experiments.miners.drive_check import (
    DriveFigures,
    drive_problems,
    drive_table,
)
from laecips_eval.experiments.miners.frame_table import FrameTable
from laecips_eval.experiments.miners.measure import Deployment, table_of
from laecips_eval.inspection_scene.bag_recipes import PATROL
from laecips_eval.inspection_scene.make_bags import ensure_main_bag

INTRODUCTION: Final = """# Which frames are worth an upload

The gain of a frame is the IoU of F's answer less that of f's. A drive lets a policy choose if most
of its frames gain nothing, some gain much, and the ones that gain most, at a third of the uploads,
are worth more than as many frames by chance. All mIoU here are data-set mIoU.
"""


@dataclass(frozen=True, kw_only=True)
class MinersPlan:
    """What is measured.

    Attributes:
        deployment: what answers the frames.
        drive: `patrol` or `shift`.
        seeds: seeds of the drives.
        every: take every so many frames.
        folder: bags and tables are kept there.
    """

    deployment: Deployment
    drive: str = PATROL
    seeds: Sequence[int]
    every: int = 1
    folder: Path


def tables(plan: MinersPlan) -> dict[int, FrameTable]:
    """Return the tables of frames by seed; draw and measure what is missing.

    Raises:
        ValueError: the networks cannot be used.
        OSError: a file cannot be written.
    """
    found = {}
    for seed in plan.seeds:
        with progress_bar(f"drawing {plan.drive}, seed {seed}") as progress:
            path = ensure_main_bag(
                plan.folder / "bags", drive=plan.drive, seed=seed, progress=progress
            )
        with progress_bar(f"f, F and policies, seed {seed}") as progress:
            found[seed] = table_of(
                open_bag(path),
                plan.deployment,
                cache=plan.folder / "tables",
                every=plan.every,
                progress=progress,
            )
    return found


def run_miners(output: Path, plan: MinersPlan) -> None:
    """Run the experiment and write its page.

    Raises:
        ValueError: the networks cannot be used.
        OSError: a file cannot be written.
    """
    drives = {seed: DriveFigures.of(table) for seed, table in tables(plan).items()}
    text = f"{INTRODUCTION}\n## The drive `{plan.drive}`\n\n{drive_table(drives)}"
    if plan.drive == PATROL:
        problems = drive_problems(drives)
        text += "\n" + ("\n".join(f"- {line}" for line in problems) or "It is right.") + "\n"
    output.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(output) as file:
        file.write(text)
