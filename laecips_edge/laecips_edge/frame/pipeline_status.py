"""What an edge node's pipeline tells of itself: its part of the status and of the diagnosis."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from laecips_edge.core.frame.counters import FALLBACKS, FrameOutcome
from laecips_edge.core.frame.health import EdgeHealth
from laecips_edge.frame.pipeline import Pipeline


def status_of(
    pipeline: Pipeline, health: EdgeHealth
) -> tuple[dict[str, Any], dict[str, Any], EdgeHealth]:
    """Return the status of a pipeline; call it about once a second.

    Args:
        pipeline: the pipeline.
        health: the node's health, as far as it is known without the pipeline.

    Returns:
        Fields of laecips_msgs/EdgeStatus, further values for the diagnostics, and the health.
    """
    counts = pipeline.counters.counts()
    pipeline.recent.add(counts)
    superseded = pipeline.recent.share(counts, FrameOutcome.SUPERSEDED, of="received")
    fallback = pipeline.recent.share(counts, *FALLBACKS, of="wanted")
    steered = pipeline.steering.state if pipeline.steering is not None else None
    active = health.state == "active"
    present = active and pipeline.transport.present and not pipeline.router.frames_spooled
    works = active and pipeline.in_flight.works
    images = pipeline.images.state
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
    if pipeline.findings is not None:
        details["findings_skipped"] = pipeline.findings.skipped
    if steered is not None:
        details["hard_share"] = round(steered.hard_share, 3)
    return (
        fields,
        details,
        replace(
            health,
            received=counts["received"],
            silent_s=time.monotonic() - pipeline.last_image_s,
            unreadable=pipeline.unreadable,
            cloud_present=present,
            cloud_works=works,
            cloud_trouble=pipeline.cloud_trouble,
            budget_reachable=steered is None or steered.reachable,
            images=images,
            superseded_share=superseded,
            fallback_share=fallback,
            findings_trouble=pipeline.findings.trouble if pipeline.findings is not None else "",
        ),
    )
