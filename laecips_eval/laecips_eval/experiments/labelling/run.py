"""The experiment `labelling`: train what is missing, run the trials, and write the page."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml
from ament_index_python.packages import get_package_share_directory
from laecips_cloud.class_scorers import create_class_scorer
from laecips_cloud.console import timed_lines
from laecips_cloud.training.data.frame_folder import FrameFolder
from laecips_cloud.training.online.settings import OnlineTraining
from laecips_edge.core.atomic_files import whole_file
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.inference.segmenter import Segmenter

from laecips_eval.commands import train
from laecips_eval.experiments.finished_rows import append_row, read_rows
from laecips_eval.experiments.labelling.drive import record_drive
from laecips_eval.experiments.labelling.measure import (
    LabelledDrive,
    LabelTrial,
    asked_of,
    candidates_of,
    run_trial,
    score,
)
from laecips_eval.experiments.labelling.page import page
from laecips_eval.experiments.labelling.parts import (
    HELD_OUT,
    TRAIN,
    Parts,
    Sizes,
    split_parts,
    write_part,
)

ROWS: Final = "rows.jsonl"


def run_labelling(
    output: Path, *, root: Path, models: Path, config: Path | None = None, page_only: bool = False
) -> None:
    """Run the trials that are missing, and write the page of all.

    Args:
        output: path of the page.
        root: folder of labelled frames with the splits `train` and `held_out`.
        models: folder of the networks, drives and finished rows; what is there is not made again.
        config: settings file; None for the installed one.
        page_only: write the page of the rows that there are.

    Raises:
        ValueError: settings or frames cannot be used.
        OSError: a file cannot be written.
    """
    settings = _settings(config)
    models.mkdir(parents=True, exist_ok=True)
    rows = models / ROWS
    if not page_only:
        _run_missing(rows, root, models, settings)
    output.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(output) as file:
        file.write(page(read_rows(rows), FrameFolder(root).classes, settings))


def _run_missing(rows: Path, root: Path, models: Path, settings: Mapping[str, Any]) -> None:
    progress = timed_lines()
    done = {LabelTrial(row["seed"], row["by"], row["count"]) for row in read_rows(rows)}
    online = OnlineTraining(**settings["training"])
    for seed in settings["seeds"]:
        trials = [LabelTrial(seed, by, count) for by, count in settings["trials"]]
        if done.issuperset([*trials, LabelTrial(seed, "first", 0)]):
            continue
        drive = _drive(root, models, settings, seed)
        candidates = candidates_of(drive)
        if LabelTrial(seed, "first", 0) not in done:
            first = {
                **asdict(LabelTrial(seed, "first", 0)),
                "iou": score(drive.bundle, drive.asked),
            }
            append_row(rows, first)
        for trial in trials:
            if trial in done:
                continue
            row = run_trial(
                trial,
                drive,
                candidates,
                models / f"trial-{seed}",
                settings=online,
                updates=settings["updates"],
            )
            append_row(rows, row)
            progress(f"seed {seed}, {trial.count} {trial.by}: mIoU {np.nanmean(row['iou']):.3f}")


def _drive(root: Path, models: Path, settings: Mapping[str, Any], seed: int) -> LabelledDrive:
    """Return a drive; train its networks and record it if they are not there."""
    parts = _parts(root, settings, seed)
    source = write_part(root, models / "source", _held_back(parts.source))
    teacher = write_part(root, models / "teacher-frames", _held_back(parts.teacher))
    bundle = models / "bundle"
    scorer = models / "teacher"
    _trained(scorer, teacher, f"--role teacher {settings['teacher']}")
    _trained(bundle, source, settings["bundle"])
    buffer = models / f"drive-{seed}.sqlite"
    frames = FrameFolder(root, TRAIN)
    place = {name: number for number, name in enumerate(frames.names)}
    if not buffer.exists():
        draft = buffer.with_suffix(".new")
        draft.unlink(missing_ok=True)
        record_drive(
            draft,
            (frames[place[name]] for name in parts.drive),
            classes=tuple(frames.classes),
            robot=Segmenter(Bundle.load(bundle)),
            scorer=create_class_scorer("onnx", {"model": str(scorer)}, classes=frames.classes),
        )
        draft.rename(buffer)
    asked = FrameFolder(root, HELD_OUT)
    every = range(0, len(asked), settings["every"])
    return LabelledDrive(
        bundle=bundle,
        source=source,
        buffer=buffer,
        truth={name: frames.label(place[name]) for name in parts.drive},
        asked=asked_of(asked[index] for index in every),
    )


def _parts(root: Path, settings: Mapping[str, Any], seed: int) -> Parts:
    frames = FrameFolder(root, TRAIN)
    rare = frames.classes.index(settings["rare_class"])
    has_rare = [bool((frames.label(index) == rare).any()) for index in range(len(frames))]
    return split_parts(frames.names, has_rare, sizes=Sizes(**settings["sizes"]), seed=seed)


def _held_back(names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Every fourth frame is held out."""
    held = names[::4]
    return {TRAIN: tuple(name for name in names if name not in held), HELD_OUT: held}


def _trained(path: Path, root: Path, line: str) -> None:
    if path.exists():
        return
    print(f"{path} is missing: laecips train {line} --root {root} --resume -o {path}", flush=True)
    parser = argparse.ArgumentParser()
    train.add_arguments(parser)
    options = [*shlex.split(line), "--dataset", "folder", "--root", str(root), "--resume"]
    train.run(parser.parse_args([*options, "-o", str(path)]))


def _settings(config: Path | None) -> dict[str, Any]:
    share = Path(get_package_share_directory("laecips_eval"))
    path = config or share / "config/experiments/labelling.yaml"
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        OnlineTraining(**content["training"])
        Sizes(**content["sizes"])
        for key in ("seeds", "trials", "updates", "every", "rare_class", "teacher", "bundle"):
            content[key]
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror}); give --config") from error
    except (yaml.YAMLError, TypeError, KeyError) as error:
        raise ValueError(f"{path}: not settings of this experiment ({error})") from error
    return dict(content)
