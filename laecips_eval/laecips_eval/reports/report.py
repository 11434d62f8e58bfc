"""The report of a replay, `report.json`: its keys, its invariants, and how it is written.

Keys, all always there:

- `complete`: whether the whole bag was played; false for a run that was stopped early, whose
  figures are those of the frames until then.
- `bag`: `path`, `name`, `topic`, `hash` of the bag that was played.
- `setup`: how it was run: `mode` (live or offline), `rate`, `policy`, `delta`, `engine`,
  `precision`, `bundle` {`path`, `name`, `version`, `hash`}, `network` {`path`, `hash`}: whose
  opinion the cloud asks, null where there is none, and `parameters` by node name.
- `frames`: images that left the player = sum of `answered` + sum of `dropped`.
- `answered`: {`edge`, `cloud`, `edge_fallback`}.
- `fallback`: why, {`overload`, `deadline`, `offline`}; adds up to `answered.edge_fallback`.
- `dropped`: {`superseded`: a newer frame came first, `transport`: lost, unreadable, or its answer
  was lost}.
- `wanted`: frames that h called hard; `sent`: frames that went up, audits included; `audit`: of
  these, easy ones; `cur`: sent / frames, in [0, 1].
- `latency_ms`: {`edge`, `cloud`, `all`: {`p50`, `p95`, `p99`}}, player's publish to runner's
  receipt on the monotonic clock; null where there is none.
- `miou`: {`published`, `edge_only`, `edge_untrained`: {`frame_mean`, `dataset`, `per_class`,
  `recall`}}, in [0, 1], over the frames that have an answer and truth. `edge_only` scores f's own
  answers in the versions that ran, `edge_untrained` those of the pair that the run began with, on
  the same frames: null unless it is known of all of them. `per_class` is IoU, `recall` the share of
  a class's true pixels that were found; null where there is none.
- `bytes`: {`up`, `down`, `model`} on the wire.
- `updates`: pairs that the trainer has made during the run, each {`version`, `trigger`: why it
  trained, `samples`: frames of the buffer that it learned from, `train_s`, `gate`: what the
  promotion gate said, `promoted`, `transfer_s`, `bytes`: of the pair, on the wire, `swap_ms`,
  `frames_lost`: by the exchange, `frame`: index of the first frame that it answered,
  `rolled_back`: whether the robot went back to the pair of before}; null of what did not happen.
- `processes`: {name: {`cpu_percent`, `rss_mb_max`}}; 100 % is one core.
- `segments`: the bag's, each {`name`, `start`, `stop`, `frames`, `answered`, `wanted`, `sent`,
  `cur`, `published`, `edge_only`, `edge_untrained`}; the last three are the data set's mIoU.
- `over_last`: the last segment, the last two, ... all of them, each {`segments`: how many,
  `frames`, `published`, `edge_only`, `edge_untrained`}; mIoU of one confusion matrix.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from laecips_edge.core.atomic_files import whole_file

Report = dict[str, Any]

_NUMBER = (int, float)
_MAYBE = (int, float, type(None))
_QUANTILES = {"p50": _MAYBE, "p95": _MAYBE, "p99": _MAYBE}
_COUNT = (int, type(None))
_BY_CLASS = {"*": _MAYBE}
_ACCURACY = {"frame_mean": _MAYBE, "dataset": _MAYBE, "per_class": _BY_CLASS, "recall": _BY_CLASS}
_MIOU = {"published": _MAYBE, "edge_only": _MAYBE, "edge_untrained": _MAYBE}
_UPDATE = {
    "version": int,
    "trigger": str,
    "samples": int,
    "train_s": _NUMBER,
    "gate": str,
    "promoted": bool,
    "transfer_s": _MAYBE,
    "bytes": _COUNT,
    "swap_ms": _MAYBE,
    "frames_lost": _COUNT,
    "frame": _COUNT,
    "rolled_back": bool,
}
_SEGMENT = {
    "name": str,
    "start": int,
    "stop": int,
    "frames": int,
    "answered": int,
    "wanted": int,
    "sent": int,
    "cur": _NUMBER,
    **_MIOU,
}

SCHEMA: Final[Mapping[str, Any]] = {
    "complete": bool,
    "bag": {"path": str, "name": str, "topic": str, "hash": str},
    "setup": {
        "mode": str,
        "rate": _MAYBE,
        "policy": str,
        "delta": _NUMBER,
        "engine": str,
        "precision": str,
        "bundle": {"path": str, "name": str, "version": int, "hash": str},
        "network": (dict, type(None)),
        "parameters": dict,
    },
    "frames": int,
    "answered": {"edge": int, "cloud": int, "edge_fallback": int},
    "fallback": {"overload": int, "deadline": int, "offline": int},
    "dropped": {"superseded": int, "transport": int},
    "wanted": int,
    "sent": int,
    "audit": int,
    "cur": _NUMBER,
    "latency_ms": {"edge": _QUANTILES, "cloud": _QUANTILES, "all": _QUANTILES},
    "miou": {"published": _ACCURACY, "edge_only": _ACCURACY, "edge_untrained": _ACCURACY},
    "bytes": {"up": int, "down": int, "model": int},
    "updates": [_UPDATE],
    "processes": {"*": {"cpu_percent": _NUMBER, "rss_mb_max": _NUMBER}},
    "segments": [_SEGMENT],
    "over_last": [{"segments": int, "frames": int, **_MIOU}],
}
"""Keys and the types of their values.

A mapping stands for an object with these keys, or with any where the only one is `*`; a list for a
list of what its only element says.
"""


class ReportError(ValueError):
    """A report that cannot be read or that contradicts itself; one line says where and why."""


def validate(report: Report) -> None:
    """Checks keys, types and sums.

    Raises:
        ReportError: naming the first key that is wrong.
    """
    _require(report, SCHEMA, where="")
    answered, dropped = sum(report["answered"].values()), sum(report["dropped"].values())
    if report["frames"] != answered + dropped:
        raise ReportError(
            f"frames is {report['frames']}, but answered + dropped is {answered} + {dropped}"
        )
    fallbacks = sum(report["fallback"].values())
    if fallbacks != report["answered"]["edge_fallback"]:
        raise ReportError(
            f"the reasons in fallback add up to {fallbacks}, but answered.edge_fallback is "
            f"{report['answered']['edge_fallback']}"
        )


def write_report(path: Path, report: Report) -> None:
    """Checks a report and writes it as JSON; `path` is replaced in one step.

    Raises:
        ReportError: when the report contradicts itself; nothing is written then.
        OSError: when it cannot be written.
    """
    validate(report)
    with whole_file(path) as file:
        json.dump(report, file, indent=2, allow_nan=False)
        file.write("\n")


def read_report(path: Path) -> Report:
    """Reads and checks a report.

    Raises:
        ReportError: when the file is missing or not a report; the message names it.
        OSError: when it cannot be opened.
    """
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        validate(report)
    except FileNotFoundError as error:
        raise ReportError(
            f"{path} is missing: `laecips replay BAG --out {path.parent}` makes it"
        ) from error
    except ValueError as error:
        raise ReportError(f"{path} is not a report of a replay: {error}") from error
    return dict(report)


def _require(value: Any, schema: Any, *, where: str) -> None:
    if isinstance(schema, Mapping):
        if not isinstance(value, dict):
            raise ReportError(f"{where or 'the report'} is not an object")
        _require_object(value, schema, where=where)
    elif isinstance(schema, list):
        if not isinstance(value, list):
            raise ReportError(f"{where} is not a list")
        for place, element in enumerate(value):
            _require(element, schema[0], where=f"{where}[{place}]")
    # bool is an int to Python, but a flag is no count.
    elif not isinstance(value, schema) or (isinstance(value, bool) and schema is not bool):
        raise ReportError(f"{where} is {value!r}, which has the wrong type")


def _require_object(value: dict[str, Any], schema: Mapping[str, Any], *, where: str) -> None:
    prefix = f"{where}." if where else ""
    if "*" in schema:
        schema = dict.fromkeys(value, schema["*"])
    for key in schema:
        if key not in value:
            raise ReportError(f"{prefix}{key} is missing")
        _require(value[key], schema[key], where=f"{prefix}{key}")
    for key in value:
        if key not in schema:
            raise ReportError(f"{prefix}{key} is not a key of the report")
