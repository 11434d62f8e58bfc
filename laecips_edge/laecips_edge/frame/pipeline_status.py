"""What an edge node's pipeline tells of itself: its part of the status and of the diagnosis."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from laecips_edge.core.frame.counters import FALLBACKS, FrameOutcome
from laecips_edge.core.frame.health.health import EdgeHealth
from laecips_edge.core.frame.health.input_watch import InputState
from laecips_edge.frame.pipeline import Pipeline


def status_of(
    pipeline: Pipeline, health: EdgeHealth, *, camera: str | None = None
) -> tuple[dict[str, Any], dict[str, Any], EdgeHealth]:
    """Return the status of a pipeline; call it about once a second.

    Args:
        pipeline: the pipeline.
        health: the node's health, as far as it is known without the pipeline.
        camera: name of the camera whose frames count; None: those of all cameras together.

    Returns:
        Fields of laecips_msgs/EdgeStatus, further values for the diagnostics, and the health.
    """
    if camera is None:
        streams, recent = list(pipeline.streams.values()), pipeline.recent
    else:
        streams = [pipeline.streams[camera]]
        recent = streams[0].recent
    counts = _sum([stream.counters.counts() for stream in streams])
    recent.add(counts)
    superseded = recent.share(counts, FrameOutcome.SUPERSEDED, of="received")
    rejected = recent.share(counts, FrameOutcome.REJECTED, of="received")
    fallback = recent.share(counts, *FALLBACKS, of="wanted")
    steered = pipeline.steering.state if pipeline.steering is not None else None
    active = health.state == "active"
    present = active and pipeline.transport.present and not pipeline.router.frames_spooled
    works = active and pipeline.in_flight.works
    images = _together([stream.images.state for stream in streams])
    fields = counts | {
        "cloud_available": present and works,
        "inference_ms": pipeline.router.inference_ms.value,
        "round_trip_ms": pipeline.router.round_trip_ms.value,
        "input_hz": images.hz,
        "input_lost": images.lost_share,
        "input_gap_s": images.longest_gap_s,
    }
    details = {
        "late_answers": pipeline.in_flight.late,
        "superseded_share": round(superseded, 3),
        "fallback_share": round(fallback, 3),
    }
    if findings := [stream.findings for stream in streams if stream.findings is not None]:
        details["findings_skipped"] = sum(each.skipped for each in findings)
    if camera is not None:
        details["skipped"] = streams[0].skipped
    if steered is not None:
        details["hard_share"] = round(steered.hard_share, 3)
    return (
        fields,
        details,
        replace(
            health,
            received=counts["received"],
            silent_s=time.monotonic() - min(stream.last_image_s for stream in streams),
            unreadable=next((each.unreadable for each in streams if each.unreadable), ""),
            rejected_share=rejected,
            rejection=next((each.rejection for each in streams if each.rejection), ""),
            cloud_present=present,
            cloud_works=works,
            cloud_trouble=pipeline.cloud_trouble,
            budget_reachable=steered is None or steered.reachable,
            images=images,
            superseded_share=superseded,
            fallback_share=fallback,
            findings_trouble=next((each.trouble for each in findings if each.trouble), ""),
        ),
    )


def _sum(counts: Sequence[dict[str, int]]) -> dict[str, int]:
    return {name: sum(each[name] for each in counts) for name in counts[0]}


def _together(states: Sequence[InputState]) -> InputState:
    """Return the rate of all cameras together, and the losses and gaps of the worst one."""
    worst = max(states, key=lambda state: state.lost_share)
    return replace(
        worst,
        hz=sum(state.hz for state in states),
        longest_gap_s=max(state.longest_gap_s for state in states),
    )
