"""Recorded messages of laecips_msgs as records of a viewer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from laecips_eval.run_view.records import Boxes, Moment, Note, Record
from laecips_eval.scoring.updates import OUTCOMES

_OPENED: Final = 0  # laecips_msgs/Finding
_CLOSED: Final = 2


def finding_records(at: Moment, message: Any) -> Iterator[Record]:
    """Yield the boxes of a laecips_msgs/FindingArray, and a line for each that opens or closes."""
    shown = [it for it in message.findings if it.state != _CLOSED]
    boxes = [(b.x_offset, b.y_offset, b.width, b.height) for b in (it.box for it in shown)]
    yield Boxes(
        at=at,
        boxes=np.array(boxes, np.float32).reshape(-1, 4),
        labels=tuple(it.label for it in shown),
        texts=tuple(f"{it.class_name} {it.id}" for it in shown),
    )
    for it in message.findings:
        if it.state == _OPENED:
            yield Note(at=at, text=f"{it.class_name} {it.id} found: {it.area} pixels")
        elif it.state == _CLOSED:
            yield Note(at=at, text=f"{it.class_name} {it.id} gone: seen in {it.sightings} frames")


def update_note(at: Moment, message: Any) -> Note:
    """Return a laecips_msgs/ModelReport as a line of the log."""
    outcome = OUTCOMES[message.outcome] if message.outcome < len(OUTCOMES) else "of unknown fate"
    if outcome == "swapped":
        told = (
            f"{message.bytes / 1e6:.2f} MB in {message.transfer_s:.1f} s, swapped in "
            f"{message.swap_ms:.1f} ms, {message.frames_lost} frames lost"
        )
    else:
        told = message.reason
    text = f"version {message.version} {outcome}: {told}"
    return Note(at=at, text=text, warns=outcome != "swapped")
