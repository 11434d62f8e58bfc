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

from laecips_bringup.graph import asking
from laecips_bringup.outputs import FRAMES, OFFLINE_FRAMES, OFFLINE_REPORT, REPORT
from laecips_bringup.params_file import given


@dataclass(frozen=True, kw_only=True)
class OfflineOptions:
    """What to replay offline.

    Attributes:
        bag: the bag.
        bundle: folder of the model bundle.
        teacher: folder of the teacher that the cloud asks; empty for none.
        out: folder of report and frame log.
        bag_topic: the bag's topic with pictures; None for its only one.
        edge: parameters of the edge node that were given; with some, no live run is looked for.
        teacher_named: whether the teacher, or none, was asked for; then neither.
        params_file: a parameter file; with one, neither; empty for none.
        live: report of a live run to pin all settings by; None: the one in `out`, if any.
    """

    bag: Path
    bundle: Path
    teacher: str = ""
    out: Path
    bag_topic: str | None = None
    edge: Mapping[str, Any]
    teacher_named: bool = False
    params_file: str = ""
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
    live = _live_report(options)
    if live is None:
        parameters = _parameters(options)
    else:
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


def _parameters(options: OfflineOptions) -> Mapping[str, Mapping[str, Any]]:
    """What the nodes would be told, in the order in which `graph` lays it over what ships."""
    file = Path(options.params_file)
    edge, cloud = (
        ({}, {}) if not options.params_file else (given(file, n) for n in ("edge", "cloud"))
    )
    usual = asking(options.teacher, unless=cloud)
    return {"edge": {**edge, **options.edge}, "cloud": {**usual, **cloud}}


def _live_report(options: OfflineOptions) -> Path | None:
    named = [
        *sorted(options.edge),
        *["teacher"] * options.teacher_named,
        *["params_file"] * bool(options.params_file),
    ]
    if options.live is not None:
        if named:
            raise ValueError(
                f"--compare pins all settings by {options.live}: leave out {', '.join(named)}"
            )
        return options.live
    found = options.out / REPORT
    return found if found.is_file() and not named else None
