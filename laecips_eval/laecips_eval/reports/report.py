"""The report of a replay, `report.json`: keys, invariants, reader and writer.

All keys are always present, in the order of the fields here and in `scoring.run_figures`.
"""

from __future__ import annotations

import json
import reprlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from laecips_edge.core.atomic_files import whole_file
from pydantic import ValidationError, model_validator

from laecips_eval.scoring.link_figures import LinkFigures
from laecips_eval.scoring.run_figures import (
    KnowledgeAge,
    ReportPart,
    RunFigures,
    UpdateFigures,
)


class PlayedBag(ReportPart):
    """The bag that was played.

    Attributes:
        hash: SHA-256 of its storage files.
        drift: the drift that it was played under, as JSON; empty for none.
    """

    path: str
    name: str
    topic: str
    hash: str
    drift: str = ""


class UsedBundle(ReportPart):
    """The bundle that the run began with; `hash` is the SHA-256 of its manifest."""

    path: str
    name: str
    version: int
    hash: str


class AskedNetwork(ReportPart):
    """The network of the cloud's class scorer; `hash` is the SHA-256 of its file."""

    path: str
    hash: str


class RunSetup(ReportPart):
    """The settings of a replay, with which another replay can repeat it.

    Attributes:
        mode: live or offline.
        rate: replay speed as a multiple of real time; None offline.
        delta: threshold of h at the start of the run, in [0, 1].
        network: network of the cloud's class scorer; None without one.
        parameters: parameters of the nodes, by node name.
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
    """Load of a process: 100 % is one core; peak memory in 10^6 bytes."""

    cpu_percent: float
    rss_mb_max: float


class PlayedRun(ReportPart):
    """The bag and the settings of a run.

    Attributes:
        complete: whether the whole bag was played; if not, all figures cover the frames until the
            run was stopped.
    """

    complete: bool
    bag: PlayedBag
    setup: RunSetup


# pydantic puts the keys of the last base first.
class Report(RunFigures, PlayedRun):
    """The whole report of a run.

    Attributes:
        updates: model updates, in the order of their versions.
        processes: loads by process name; empty offline.
        link: the link between robot and cloud; None where both were in one network.
        knowledge: age of the newest lesson that the running f has learnt from; without frames where
            nothing was learnt.
    """

    updates: list[UpdateFigures]
    processes: dict[str, ProcessFigures]
    link: LinkFigures | None = None
    knowledge: KnowledgeAge = KnowledgeAge()

    @property
    def compared(self) -> bool:
        """Whether the accuracy of f without training is known, so that a gain can be shown."""
        return self.miou.edge_untrained.dataset is not None

    @property
    def upload_budget(self) -> float | None:
        """The share of frames that the robot was allowed to upload; None without a limit."""
        return self.setup.parameters.get("edge", {}).get("upload_budget") or None

    @property
    def scored(self) -> bool:
        """Whether there was truth to compare the answers with."""
        return self.miou.published.dataset is not None

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
    """A report cannot be read or is inconsistent; the message is one line: where and why."""


def write_report(path: Path, report: Report) -> None:
    """Write a report as JSON; replace `path` atomically.

    Raises:
        OSError: the file cannot be written.
    """
    with whole_file(path) as file:
        json.dump(report.model_dump(), file, indent=2, allow_nan=False)
        file.write("\n")


def read_report(path: Path) -> Report:
    """Read and check a report.

    Raises:
        ReportError: the file is missing or not a report; the message names the file and the first
            invalid key.
        OSError: the file cannot be opened.
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
    """Return the first invalid key and its problem as the end of a message."""
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
    """Return keys such as `("updates", 1, "gate")` as a path: `updates[1].gate`."""
    parts = [f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys]
    return "".join(parts).removeprefix(".")
