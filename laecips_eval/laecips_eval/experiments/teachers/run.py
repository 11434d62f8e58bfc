"""The experiment `teachers`: train missing networks, measure, and write the page."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from ament_index_python.packages import get_package_share_directory
from laecips_cloud.console import progress_bar
from laecips_edge.core.atomic_files import whole_file

from laecips_eval.commands import fit_blend, train
from laecips_eval.experiments.teachers.measure import (
    ComparedNetworks,
    Section,
    measure_camvid,
    measure_inspection,
    open_camvid,
    section_page,
)
from laecips_eval.shipped_models import shipped_bundle, shipped_teacher

INTRODUCTION: Final = """# What a large model in the cloud adds

F gives each mask the class that a class scorer's scores favour. With f's own scores, as in the
paper, F corrects contours but no labels; here the cloud also has scores of its own. **No foundation
model was available: the teachers below are stand-ins**, RFNets of width 1 (f has 0.5) at f's size,
trained by f's recipe with its augmentation, on frames that f has not seen:

- The inspection teacher is trained on generated panels with random drifts of light, dust, blur and
  camera. Half of its parts are the usual ones, which f knows, too; the other half have styles,
  colours and textures that are in no bag. It has seen no panel of any bag, and none of the new
  parts in the bags: in `new_parts` everything that is new to f is new to the teacher, too; in
  `moved_camera` four in ten parts are.
- The CamVid teacher is trained on `pretrain` and every second frame of the replayed drives; only
  the other frames are measured. *As large, no extra data* is the same network trained on `pretrain`
  alone, like f, for as many passes over its frames as the teacher: size alone gains nothing here.
  All three run at 240 x 320.

Rows: *none* uses the scorer's class of each pixel, without masks; *graph* is the default
segmentation; *perfect regions* are cut along the truth, an upper bound for mask generators. `blend`
combines f and teacher with a weight that was fitted on labelled source frames. *ms* is the median
time of F on one core: scorer, masks and fusion together (with f where the scorer uses it). All mIoU
are data-set mIoU: of one confusion matrix over the frames. *quick* is the same network on smaller
pictures: without masks it was the best that fits into 150 ms per frame on one core of a server
processor in fp32, and `make demo` uses it there; with bfloat16 `make demo` uses the full-size
network. No frame that is scored here was used to train, to calibrate or to choose a bound of the
vote.

    laecips experiment teachers --camvid ROOT
"""

_NEEDED: Final = (
    *(f"inspection.{key}" for key in ("seed", "every", "groups", "rare")),
    *(f"camvid.{key}" for key in ("splits", "every", "groups", "rare", "train")),
    "coarse",
    "min_confidence",
)
"""Names that the settings must have."""


def run_teachers(
    output: Path,
    *,
    config: Path | None = None,
    camvid: Path | None = None,
    models: Path,
    every: int | None = None,
) -> None:
    """Run the experiment and write its page.

    Args:
        output: path of the page.
        config: settings file; None for the installed one.
        camvid: folder of CamVid; None leaves it out.
        models: folder of the networks that do not ship; missing ones are trained there.
        every: use every N-th frame; None for the value of the settings.

    Raises:
        ValueError: settings, data set or networks cannot be used.
        OSError: the page cannot be written.
    """
    settings = _settings(config)
    if every is not None:
        for stream in ("inspection", "camvid"):
            settings[stream]["every"] = every
    if camvid is not None:
        open_camvid(camvid, settings["camvid"])  # fail now, not after an hour
    output.parent.mkdir(parents=True, exist_ok=True)
    with progress_bar("inspection") as progress:
        inspection = measure_inspection(
            settings,
            ComparedNetworks(bundle=shipped_bundle(), teacher=shipped_teacher()),
            progress=lambda _, done, total: progress(done, total),
        )
    text = f"{INTRODUCTION}\n## The inspection drive\n\n{section_page(inspection)}"
    text += f"\n## CamVid, five drives\n\n{_camvid_page(settings, camvid, models)}"
    with whole_file(output) as file:
        file.write(text)


def _camvid_page(settings: dict[str, Any], camvid: Path | None, models: Path) -> str:
    if camvid is None:
        return "Left out: CamVid is not part of the project (`--camvid`).\n"
    folders = {
        name: _trained(models / f"camvid-{name}", line, camvid)
        for name, line in settings["camvid"]["train"].items()
    }
    _fit_blend(folders["bundle"], folders["teacher"], camvid)
    with progress_bar("camvid") as progress:
        section: Section = measure_camvid(
            camvid,
            settings,
            ComparedNetworks(**folders),
            progress=lambda _, done, total: progress(done, total),
        )
    return section_page(section)


def _trained(path: Path, line: str, root: Path) -> Path:
    """Return `path`; if it is missing, train a network there with the options `line`."""
    if not path.exists():
        print(f"{path} is missing: laecips train {line} --resume -o {path}", flush=True)
        parser = argparse.ArgumentParser()
        train.add_arguments(parser)
        options = [*shlex.split(line), "--root", str(root), "--resume", "-o", str(path)]
        train.run(parser.parse_args(options))
    return path


def _fit_blend(bundle: Path, teacher: Path, root: Path) -> None:
    parser = argparse.ArgumentParser()
    fit_blend.add_arguments(parser)
    options = ["--bundle", str(bundle), "--dataset", "camvid", "--root", str(root), str(teacher)]
    fit_blend.run(parser.parse_args(options))


def _settings(config: Path | None) -> dict[str, Any]:
    share = Path(get_package_share_directory("laecips_eval"))
    path = config or share / "config/experiments/teachers.yaml"
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror}); give --config") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: not YAML ({' '.join(str(error).split())})") from error
    missing = [name for name in _NEEDED if not _has(content, name)]
    if missing:
        raise ValueError(f"{path}: lacks {', '.join(missing)}")
    for stream in ("inspection", "camvid"):
        every = content[stream]["every"]
        if type(every) is not int or every < 1:
            raise ValueError(f"{path}: {stream}.every is {every!r}: give a whole number from 1")
    return dict(content)


def _has(content: Any, name: str) -> bool:
    """Return whether nested mappings have a dotted name."""
    for key in name.split("."):
        if not isinstance(content, Mapping) or key not in content:
            return False
        content = content[key]
    return True
