"""`laecips replay --offline`: no ROS; compared with a live run where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from laecips_edge.core.bundle import Bundle
from laecips_eval.bags import open_bag
from laecips_eval.offline import CloudSettings, Progress, replay_offline
from laecips_eval.reports.agreement import Agreement, compare
from laecips_eval.reports.report import Report, read_report, write_report
from laecips_eval.reports.run_setup import (
    OFFLINE,
    EdgeSettings,
    describe_bag,
    require_same_classes,
    require_same_run,
    run_setup,
)
from laecips_eval.scoring.frame_log import read_rows, write_rows

from laecips_bringup.outputs import FRAMES, OFFLINE_FRAMES, OFFLINE_REPORT, REPORT


@dataclass(frozen=True, kw_only=True)
class OfflineOptions:
    """What to replay offline.

    Attributes:
        bag: the bag.
        bundle: folder of the model bundle.
        out: folder of report and frame log.
        bag_topic: the bag's topic with pictures; None for its only one.
        edge: parameters of the edge node that were given; with some, no live run is looked for.
        live: report of a live run to pin all settings by; None: the one in `out`, if any.
    """

    bag: Path
    bundle: Path
    out: Path
    bag_topic: str | None = None
    edge: Mapping[str, Any]
    live: Path | None = None


def run_offline(
    options: OfflineOptions, *, progress: Progress = lambda done, total: None
) -> tuple[Report, Agreement | None]:
    """Replays a bag offline, and writes `offline.json` and `offline.csv`.

    Args:
        options: what to replay.
        progress: called with frames done and in all.

    Returns:
        The report, and how it agrees with the live run, where there is one.

    Raises:
        ValueError: when bag, bundle or live run cannot be used, or do not belong together.
    """
    bag = open_bag(options.bag, options.bag_topic)
    bundle = Bundle.load(options.bundle)
    require_same_classes(bag, bundle)
    parameters: Mapping[str, Any] = {"edge": dict(options.edge), "cloud": {}}
    live = _live_report(options)
    if live is not None:
        pinning = read_report(live)
        require_same_run(pinning, bag=describe_bag(bag), bundle=bundle)
        parameters = pinning["setup"]["parameters"]
    board = replay_offline(
        bag,
        bundle=bundle,
        edge=EdgeSettings.from_parameters(parameters["edge"]),
        cloud=CloudSettings.from_parameters(parameters["cloud"]),
        progress=progress,
    )
    report: Report = {
        "complete": True,
        "bag": describe_bag(bag),
        "setup": run_setup(mode=OFFLINE, rate=None, bundle=bundle, parameters=parameters),
        **board.measured(),
        "updates": [],
        "processes": {},
    }
    options.out.mkdir(parents=True, exist_ok=True)
    write_rows(options.out / OFFLINE_FRAMES, board.rows())
    write_report(options.out / OFFLINE_REPORT, report)
    if live is None:
        return report, None
    return report, compare(read_rows(live.with_name(FRAMES)), board.rows())


def _live_report(options: OfflineOptions) -> Path | None:
    if options.live is not None:
        if options.edge:
            raise ValueError(
                f"--compare pins all settings by {options.live}: leave out "
                f"{', '.join(sorted(options.edge))}"
            )
        return options.live
    found = options.out / REPORT
    return found if found.is_file() and not options.edge else None
