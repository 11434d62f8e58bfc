"""How one frame of a run was decided: as a state, as values and as text."""

from __future__ import annotations

from typing import Final

from laecips_eval.scoring.frame_log import FrameRow

NO_ANSWER: Final = "no answer"
EASY, HARD, FALLBACK = "easy", "hard", "fallback"
DECISIONS: Final = (EASY, HARD, FALLBACK, NO_ANSWER)
"""What can become of a frame: f's answer, the cloud's, f's although it is hard, or none."""

_BY_SOURCE: Final = {"edge": EASY, "cloud": HARD, "edge_fallback": FALLBACK}


def decision_of(row: FrameRow) -> str:
    """Return what became of a frame, one of `DECISIONS`."""
    return _BY_SOURCE.get(row.source or "", NO_ANSWER)


def curves_of(row: FrameRow) -> dict[str, float]:
    """Return the values of a frame by curve, `GROUP/NAME`; without those that are not known.

    Trust, delta and IoU are in [0, 1], the latency is in milliseconds.
    """
    values = {
        "trust/trust": row.trust,
        "trust/delta": row.delta,
        "latency/ms": row.latency_ms,
        "iou/published": row.iou,
        "iou/f": row.iou_now,
    }
    return {name: value for name, value in values.items() if value is not None}


def summary_of(row: FrameRow, *, frame: int, stretches: list[str]) -> str:
    """Return what is known of a frame, as Markdown.

    Args:
        row: its row of the frame log.
        frame: its position in the bag.
        stretches: names of the segment and the disturbance that it is in.
    """
    lines = [f"**frame {frame}: {_decided(row)}**"]
    if row.trust is not None and row.delta is not None:
        sign = ">" if row.trust > row.delta else "<="
        lines.append(f"trust {row.trust:.3f} {sign} delta {row.delta:.3f}")
    if row.latency_ms is not None:
        lines.append(f"answered after {row.latency_ms:.0f} ms by version {row.version}")
    if row.bytes_up:
        lines.append(f"{row.bytes_up / 1000:.1f} kB up, {(row.bytes_down or 0) / 1000:.1f} kB down")
    if row.iou is not None:
        lines.append(f"IoU published {row.iou:.3f}" + _f_alone(row))
    if row.agreement is not None:
        lines.append(f"f and the cloud agree on {row.agreement:.0%} of the pixels")
    lines += [", ".join(stretches)] if stretches else []
    return "\n\n".join(lines)


def _f_alone(row: FrameRow) -> str:
    return "" if row.iou_now is None else f", f {row.iou_now:.3f}"


def _decided(row: FrameRow) -> str:
    match decision_of(row):
        case "easy":
            return "easy, and uploaded as an audit" if row.audit else "easy"
        case "hard":
            return "hard, answered by the cloud"
        case "fallback":
            return f"hard, answered by f after all ({row.reason})"
        case _:
            return "no answer (superseded, unreadable or lost)"
