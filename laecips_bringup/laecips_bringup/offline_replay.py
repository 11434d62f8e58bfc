"""`laecips replay --offline`: a replay without ROS, compared with a live run where one exists."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from laecips_cloud.hard_frames.cloud_settings import CloudSettings
from laecips_cloud.trainer.trainer_settings import TrainerSettings
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.frame.edge_settings import EdgeSettings
from laecips_edge.core.parameter_file import given
from laecips_edge.launching.params_file import NODES
from laecips_eval.offline_replay.learning import OfflineLearning
from laecips_eval.offline_replay.replay import Progress, replay_offline
from laecips_eval.reports.output_names import (
    FRAMES,
    OFFLINE_BUFFER,
    OFFLINE_FRAMES,
    OFFLINE_LIBRARY,
    OFFLINE_REPORT,
    REPORT,
)
from laecips_eval.reports.report import Report, ReportError, read_report, write_report
from laecips_eval.reports.run_setup import (
    OFFLINE,
    describe_bag,
    held_out_trust,
    require_same_run,
    run_setup,
)
from laecips_eval.scoring.frame_log import read_rows, write_rows
from laecips_eval.scoring.measures.agreement import Agreement, compare
from laecips_eval.scoring.updates import Swap, model_bytes, updates_of
from laecips_eval.thin_link.conditions import LinkConditions

from laecips_bringup.graph.graph import asking
from laecips_bringup.played_bag import AS_THE_TRUTH, fixed_engine, open_played_bag


@dataclass(frozen=True, kw_only=True)
class OfflineOptions:
    """Options of an offline replay.

    Attributes:
        bag: the bag to replay.
        bundle: folder of the model bundle.
        teacher: folder of the cloud's teacher; empty for none.
        out: output folder for the report and the frame log.
        bag_topic: the bag's picture topic; None for the only one.
        truth_dir: folder of label maps; None for the bag's own truth, if any.
        perturb: recipe of a drift to replay the bag under; None for none.
        edge: parameters given for the edge node; if there are any, no live run is compared.
        teacher_named: whether the user named a teacher, or none; if so, no live run is compared.
        params_file: a parameter file; with one, no live run is compared; empty for none.
        engine: default engine of f and the teacher.
        source: folder of labelled source frames for the trainer; with one, no live run is compared;
            None for no training.
        train_takes_s: duration of a training, in seconds of the bag.
        link: what the trained pairs come over to the robot; None: nothing delays them.
        live: report of a live run that fixes all settings; None for the one in `out`, if any.
    """

    bag: Path
    bundle: Path
    teacher: str = ""
    out: Path
    bag_topic: str | None = None
    truth_dir: Path | None = None
    perturb: Path | None = None
    edge: Mapping[str, Any]
    teacher_named: bool = False
    params_file: str = ""
    engine: str = "onnxruntime"
    source: Path | None = None
    train_takes_s: float = 30.0
    link: LinkConditions | None = None
    live: Path | None = None


def run_offline(
    options: OfflineOptions, *, progress: Progress = lambda done, total: None
) -> tuple[Report, Agreement | None]:
    """Replay a bag offline, and write `offline.json` and `offline.csv`.

    Args:
        options: options of the replay.
        progress: called with (frames done, frames in all).

    Returns:
        The report, and its agreement with the live run, where there is one.

    Raises:
        ValueError: bag, bundle or live run cannot be used, or do not fit each other.
    """
    out = options.out
    bundle = Bundle.load(options.bundle)
    bag = open_played_bag(
        options.bag,
        bundle,
        topic=options.bag_topic,
        truth_dir=options.truth_dir,
        perturb=options.perturb,
    )
    live = _live_report(options)
    if live is None:
        parameters = _parameters(options)
    else:
        pinning = read_report(live)
        require_same_run(pinning, bag=describe_bag(bag), bundle=bundle)
        require_no_clock(pinning, live)
        parameters = pinning.setup.parameters
    edge = EdgeSettings.from_parameters(parameters["edge"])
    cloud = CloudSettings.from_parameters(parameters["cloud"])
    out.mkdir(parents=True, exist_ok=True)
    learning = None if options.source is None else _learning(options, parameters["trainer"])
    swaps: list[Swap] = []
    board = replay_offline(
        bag,
        bundle=bundle,
        edge=edge,
        cloud=cloud,
        learning=learning,
        progress=progress,
        swapped=swaps.append,
    )
    updates = []
    if learning is not None:
        updates = updates_of(learning.library, swaps=swaps, first_frames=board.first_frames())
    report = Report(
        complete=True,
        bag=describe_bag(bag),
        setup=run_setup(mode=OFFLINE, rate=None, bundle=bundle, parameters=parameters),
        **dict(
            board.measured(
                model_bytes=model_bytes(swaps), held_out_trust=held_out_trust(bundle, edge)
            )
        ),
        updates=updates,
        processes={},
        knowledge=board.knowledge_age(updates),
    )
    write_rows(out / OFFLINE_FRAMES, board.rows())
    write_report(out / OFFLINE_REPORT, report)
    if live is None:
        return report, None
    return report, compare(read_rows(live.with_name(FRAMES)), board.rows())


def _parameters(options: OfflineOptions) -> Mapping[str, Mapping[str, Any]]:
    """Return the nodes' parameters, in the order in which `graph` lays its layers."""
    file = Path(options.params_file)
    asked = {node: given(file, node) if options.params_file else {} for node in NODES}
    engine = {"engine": options.engine}
    usual = asking(options.teacher, engine=options.engine, unless=asked["cloud"])
    parameters = {
        "edge": {
            **engine,
            **asked["edge"],
            **fixed_engine(asked["edge"], options.engine),
            **AS_THE_TRUTH,
            **options.edge,
        },
        "cloud": {**engine, **usual, **asked["cloud"]},
    }
    if options.source is not None:
        parameters["trainer"] = {
            **TrainerSettings().as_parameters(),
            **engine,
            **asked["trainer"],
            "source": str(options.source.resolve()),
            "buffer_path": str((options.out / OFFLINE_BUFFER).resolve()),
        }
    return parameters


def _learning(options: OfflineOptions, trainer: Mapping[str, Any]) -> OfflineLearning:
    """Set up the training from nothing; remove the files of an earlier run."""
    settings = TrainerSettings.from_parameters(trainer)
    for leftover in options.out.glob(f"{OFFLINE_BUFFER}*"):
        leftover.unlink()
    library = options.out / OFFLINE_LIBRARY
    shutil.rmtree(library, ignore_errors=True)
    return OfflineLearning(
        library=library,
        recipe=settings.recipe(),
        triggers=settings.triggers(),
        takes_s=options.train_takes_s,
        link=options.link,
    )


def require_no_clock(live: Report, path: Path) -> None:
    """Check that a live run's decisions can be repeated.

    Raises:
        ReportError: its decisions depended on durations.
    """
    if depends_on_time(live):
        raise ReportError(
            f"{path}: its robot has learnt, or held a budget, so that what it decided "
            "depends on how long things took; compare with a run without trainer and budget"
        )


def depends_on_time(live: Report) -> bool:
    """Return whether a live run's decisions depended on durations."""
    parameters = live.setup.parameters
    edge = parameters["edge"]
    # An upload budget ranks the frames that were seen, and a busy robot drops some.
    budgets = (edge.get(name, 0.0) for name in ("latency_budget_s", "upload_budget"))
    return "trainer" in parameters or any(budget > 0 for budget in budgets)


def _live_report(options: OfflineOptions) -> Path | None:
    named = [
        *sorted(options.edge),
        *["teacher"] * options.teacher_named,
        *["params_file"] * bool(options.params_file),
        *["train"] * (options.source is not None),
    ]
    if options.live is not None:
        if named:
            raise ValueError(
                f"--compare pins all settings by {options.live}: leave out {', '.join(named)}"
            )
        return options.live
    found = options.out / REPORT
    if named or not found.is_file() or depends_on_time(read_report(found)):
        return None
    return found
