"""The thread that makes findings of answers."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from laecips_edge.core.findings.finding import FrameFindings
from laecips_edge.core.findings.finding_archive import read_archive
from laecips_edge.core.findings.finding_settings import FindingSettings
from laecips_edge.core.frame.counters import FrameOutcome
from laecips_edge.core.frame.frame import Frame, FrameAnswer, SeenFrame
from laecips_edge.core.image.codecs import decode_rgb
from laecips_edge.core.image.picture import Picture
from laecips_edge.frame.findings_thread import WAITING, FindingsThread
from sensor_msgs.msg import CameraInfo

PATIENCE_S = 30.0
LABELS = np.zeros((60, 80), np.uint8)
LABELS[10:20, 30:50] = 1
CAMERA = CameraInfo(height=60, width=80, k=[400.0, 0, 40, 0, 400, 30, 0, 0, 1])
DEPTH = np.full(LABELS.shape, 800, np.uint16)


def an_answer(number: int, outcome: FrameOutcome = FrameOutcome.EDGE) -> FrameAnswer:
    other: dict[str, Any] = {
        "prediction": None,
        "decision": SimpleNamespace(trust=0.5),
        "manifest": SimpleNamespace(version=4),
    }
    picture = Picture(None, compressed=False)
    seen = SeenFrame(
        frame=Frame(
            number=number, stamp_ns=number, frame_id="camera", picture=picture, received_s=0.0
        ),
        rgb=np.zeros((60, 80, 3), np.uint8),
        depth=None,
        **other,
    )
    return FrameAnswer(
        seen=seen, outcome=outcome, label_map=LABELS, confidence_map=np.full_like(LABELS, 255)
    )


class Run:
    """A started thread, what it published, and what it told."""

    def __init__(
        self,
        *,
        publish: Callable[[FrameFindings], None] | None = None,
        depth_of: Callable[[Frame], Any] = lambda frame: None,
        **settings: Any,
    ) -> None:
        self.frames: list[FrameFindings] = []
        self.errors: list[str] = []
        self.thread = FindingsThread(
            FindingSettings(classes=("scratch",), confirm=1, **settings),
            {1: "scratch"},
            publish=publish or self.frames.append,
            depth_of=depth_of,
            camera=lambda: CAMERA,
            logger=SimpleNamespace(error=lambda line, **_: self.errors.append(line)),
        )
        self.thread.start()


def test_every_answer_is_published_and_the_end_closes_what_is_open(tmp_path: Path) -> None:
    run = Run(folder=str(tmp_path))
    run.thread.answer(an_answer(1, FrameOutcome.CLOUD))
    run.thread.answer(an_answer(2, FrameOutcome.FALLBACK_DEADLINE))
    run.thread.stop()
    told = [[(it.state.value, it.source) for it in frame.findings] for frame in run.frames]
    assert told == [
        [("opened", "cloud")], [("seen", "edge_fallback")], [("closed", "edge_fallback")],
    ]  # fmt: skip
    (kept,) = read_archive(tmp_path).findings
    assert (kept.closed, kept.finding.version, kept.frame_id) == (True, 4, "camera")
    assert run.errors == []


def test_a_picture_of_another_size_than_its_maps_is_kept_at_theirs(tmp_path: Path) -> None:
    run = Run(folder=str(tmp_path))
    answer = an_answer(1)
    large = replace(answer.seen, rgb=np.zeros((120, 160, 3), np.uint8))
    run.thread.answer(replace(answer, seen=large))
    run.thread.stop()
    (kept,) = read_archive(tmp_path).findings
    assert kept.picture is not None
    height, width = decode_rgb(kept.picture.path.read_bytes()).shape[:2]
    assert kept.frame_size == (60, 80)
    assert kept.picture.crop_box[2:] == (width, height)


def test_depth_is_kept_from_the_frame_to_its_answer() -> None:
    run = Run(measure=True, depth_of=lambda frame: DEPTH)
    answer = an_answer(1)
    run.thread.answer_now(answer.seen)
    run.thread.answer(answer)
    run.thread.stop()
    assert run.frames[0].findings[0].size.width_mm == pytest.approx(40)


def test_answers_that_come_too_fast_are_counted_and_nobody_waits() -> None:
    go_on = threading.Event()
    run = Run(publish=lambda frame: go_on.wait(PATIENCE_S) and None)  # type: ignore[func-returns-value]
    for number in range(WAITING + 10):
        run.thread.answer(an_answer(number))
    assert run.thread.skipped >= 9
    go_on.set()
    run.thread.stop()


def test_a_bug_in_one_frame_spares_the_others() -> None:
    frames: list[int] = []

    def publish(frame: FrameFindings) -> None:
        frames.append(frame.stamp_ns)
        if len(frames) == 1:
            raise RuntimeError("a bug")

    run = Run(publish=publish)
    run.thread.answer(an_answer(1))
    run.thread.answer(an_answer(2))
    run.thread.stop()
    assert frames == [1, 2, 2]
    assert len(run.errors) == 1
    assert "a bug" in run.errors[0]


def test_a_folder_that_cannot_be_made_is_told_and_findings_go_on(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    run = Run(folder=str(tmp_path / "file" / "below"))
    run.thread.answer(an_answer(1))
    run.thread.stop()
    assert [len(frame.findings) for frame in run.frames] == [1, 1]
    assert len(run.errors) == 1
    assert run.errors[0].startswith("findings are not kept: ")
    assert "until the node is activated again" in run.thread.trouble
