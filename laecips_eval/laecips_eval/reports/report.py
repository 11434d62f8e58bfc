"""The report of a replay, `report.json`: its keys, its invariants, and how it is read and written.

All keys are always there, in the order of the fields here and in `scoring.run_figures`.
"""

from __future__ import annotations

import json
import reprlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from laecips_edge.core.atomic_files import whole_file
from pydantic import ValidationError, model_validator

from laecips_eval.scoring.run_figures import ReportPart, RunFigures, UpdateFigures


class PlayedBag(ReportPart):
    """The bag that was played; `hash` is the SHA-256 of what it stores."""

    path: str
    name: str
    topic: str
    hash: str


class UsedBundle(ReportPart):
    """The bundle that the run began with; `hash` is the SHA-256 of its manifest."""

    path: str
    name: str
    version: int
    hash: str


class AskedNetwork(ReportPart):
    """The network whose opinion the cloud asks; `hash` is its SHA-256."""

    path: str
    hash: str


class RunSetup(ReportPart):
    """How a replay was run: what another one is pinned by.

    Attributes:
        mode: live or offline.
        rate: speed against the recording; None offline.
        delta: threshold of h that really held at the start.
        network: None where the cloud asks none.
        parameters: of the nodes, by node name.
    """

    mode: str
    rate: float | None
    policy: str
    delta: float
    engine: str
    precision: str
    bundle: UsedBundle
    network: AskedNetwork | None
    parameters: dict[str, dict[str, Any]]


class ProcessFigures(ReportPart):
    """What a process took: 100 % is one core, memory in 10^6 bytes."""

    cpu_percent: float
    rss_mb_max: float


class PlayedRun(ReportPart):
    """What was run, and how.

    Attributes:
        complete: whether the whole bag was played; otherwise all figures are of the frames until
            the run was stopped.
    """

    complete: bool
    bag: PlayedBag
    setup: RunSetup


# The keys of the base that is named last come first.
class Report(RunFigures, PlayedRun):
    """Everything that is known of a run.

    Attributes:
        updates: in the order of their versions.
        processes: by name; empty offline.
    """

    updates: list[UpdateFigures]
    processes: dict[str, ProcessFigures]

    @property
    def compared(self) -> bool:
        """Whether accuracy without training is known, to hold that with training against."""
        return self.miou.edge_untrained.dataset is not None

    @model_validator(mode="after")
    def _adds_up(self) -> Report:
        answered, dropped, fallbacks = (
            counts.total for counts in (self.answered, self.dropped, self.fallback)
        )
        if self.frames != answered + dropped:
            raise ValueError(
                f"frames is {self.frames}, but answered + dropped is {answered} + {dropped}"
            )
        if self.answered.edge_fallback != fallbacks:
            raise ValueError(
                f"the reasons in fallback add up to {fallbacks}, but answered.edge_fallback is "
                f"{self.answered.edge_fallback}"
            )
        return self


class ReportError(ValueError):
    """A report that cannot be read or that contradicts itself; one line says where and why."""


def write_report(path: Path, report: Report) -> None:
    """Write a report as JSON; `path` is replaced in one step.

    Raises:
        OSError: it cannot be written.
    """
    with whole_file(path) as file:
        json.dump(report.model_dump(), file, indent=2, allow_nan=False)
        file.write("\n")


def read_report(path: Path) -> Report:
    """Read and check a report.

    Raises:
        ReportError: the file is missing or no report; the message names it and the first key that
            is wrong.
        OSError: it cannot be opened.
    """
    try:
        return Report.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise ReportError(
            f"{path} is missing: `laecips replay BAG --out {path.parent}` makes it"
        ) from error
    except ValidationError as error:
        raise ReportError(f"{path} is not a report of a replay: {_first_wrong(error)}") from error


_EXPECTED: Final = {
    "bool_type": "true or false",
    "finite_number": "a finite number",
    "float_type": "a number",
    "int_type": "a whole number",
    "string_type": "a text",
}
_CONTAINERS: Final = {"dict_type": "an object", "list_type": "a list", "model_type": "an object"}


def _first_wrong(error: ValidationError) -> str:
    """The first key that is wrong, and what is wrong with it, as half a line."""
    first = error.errors(include_url=False)[0]
    kind, where = first["type"], _place(first["loc"]) or "it"
    if kind == "missing":
        return f"{where} is missing"
    if kind == "extra_forbidden":
        return f"{where} is not a key of the report"
    if kind == "json_invalid":
        return f"no JSON, {first['ctx']['error']}"
    if kind in _CONTAINERS:
        return f"{where} is not {_CONTAINERS[kind]}"
    if kind in _EXPECTED:
        return f"{where} is {reprlib.repr(first['input'])}, not {_EXPECTED[kind]}"
    return str(first.get("ctx", {}).get("error", first["msg"]))


def _place(keys: Sequence[int | str]) -> str:
    """`("updates", 1, "gate")` as `updates[1].gate`."""
    parts = [f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys]
    return "".join(parts).removeprefix(".")
