"""What answers hard frames, put together for the node and for a replay without ROS."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from laecips_cloud.class_scorers.blend import BlendScorer
from laecips_cloud.fusion.vote import Vote
from laecips_cloud.hard_frames.assembly import hard_frame_service, offline_service
from laecips_cloud.hard_frames.cloud_settings import CloudSettings
from laecips_cloud.hard_frames.service import HardFrameService
from laecips_edge.core.bundle.bundle import Bundle
from laecips_edge.core.link.hard_frame import AnswerStatus, HardFrameRequest

TABLE = """
outputs: [r, g, b]
classes: {belt: [r], part: [g, b], screw: [], scratch: [], unknown: []}
"""


@pytest.fixture
def settings(tiny_bundle: Bundle, next_bundle: Bundle, buffer_path: Path) -> CloudSettings:
    return CloudSettings(
        bundles=(str(tiny_bundle.path), str(next_bundle.path)),
        buffer_path=str(buffer_path),
        mask_generator="none",
    )


@pytest.fixture
def frame(jpeg: bytes, tiny_bundle: Bundle) -> HardFrameRequest:
    return HardFrameRequest(
        request_id="robot/1",
        robot="robot",
        stamp_ns=5,
        picture=jpeg,
        picture_format="jpeg",
        depth=b"",
        bundle_version=tiny_bundle.manifest.version,
        classes_hash=tiny_bundle.manifest.classes_hash,
        why="hard",
        trust=0.25,
        scores=b"",
    )


def nobody(error: Exception) -> None:
    raise AssertionError(error)


def test_two_clouds_do_not_share_a_replay_buffer(settings: CloudSettings) -> None:
    def made() -> HardFrameService:
        return hard_frame_service(settings, now_ns=lambda: 1, on_failure=nobody)

    first = made()
    try:
        with pytest.raises(ValueError, match="another cloud node uses it; stop that one, or give"):
            made()
    finally:
        first.buffer.close()
    made().buffer.close()


def test_every_setting_of_an_answer_is_heard(
    settings: CloudSettings, frame: HardFrameRequest, save_network: Callable[..., Path]
) -> None:
    told = replace(
        settings,
        class_scorer="blend",
        scorer_options=(f"model={save_network(table=TABLE)}", "cloud_weight=0.25"),
        vote=Vote(max_dissent=0.125),
        max_batch=4,
        max_frames=2,
    )
    service = hard_frame_service(told, now_ns=lambda: 7, on_failure=nobody)
    assert service.models.versions == (1, 2)
    assert isinstance(service.inference._class_scorer, BlendScorer)
    assert service.inference._vote == told.vote
    assert service.inference.max_batch == 4
    for number in range(3):
        answer = service.answer(replace(frame, request_id=f"robot/{number}"))
        assert answer.status is AnswerStatus.OK
    assert service.buffer.totals()[0] == 2
    assert {kept.received_ns for kept in service.buffer.newest(2, last=3)} == {7}
    service.buffer.close()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"bundles": ()}, "bundles: none given"),
        ({"mask_generator": "grpah"}, "mask generator 'grpah' is not known"),
        ({"class_scorer": "onnx"}, "class scorer onnx needs a network"),
        ({"buffer_path": ""}, "parameter buffer_path is empty"),
    ],
)
def test_what_cannot_be_leaves_nothing_open(
    settings: CloudSettings, buffer_path: Path, wrong: dict[str, str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        hard_frame_service(replace(settings, **wrong), now_ns=lambda: 7, on_failure=nobody)
    assert not buffer_path.exists()


@pytest.mark.parametrize(("learns", "kept"), [(False, 1), (True, 2)])
def test_offline_the_runs_own_files_count(
    settings: CloudSettings,
    frame: HardFrameRequest,
    tiny_bundle: Bundle,
    tmp_path: Path,
    learns: bool,
    kept: int,
) -> None:
    """Where nothing is trained, of the frames nothing is kept but the last."""
    told = replace(settings, bundles=("/nowhere",), library="/nowhere", max_frames=2)
    own = tmp_path / "own.sqlite"
    service: HardFrameService = offline_service(
        tiny_bundle,
        told,
        buffer=own,
        library=tmp_path / "library" if learns else None,
        now_ns=lambda: 7,
    )
    assert (service.models.versions, service.buffer.path) == ((1,), own)
    for number in range(3):
        service.answer(replace(frame, request_id=f"robot/{number}"))
    assert service.buffer.totals()[0] == kept
    service.buffer.close()
    assert not Path(told.buffer_path).exists()


def test_offline_a_failure_that_nobody_foresaw_is_raised(
    settings: CloudSettings,
    frame: HardFrameRequest,
    tiny_bundle: Bundle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = offline_service(
        tiny_bundle, settings, buffer=tmp_path / "own.sqlite", now_ns=lambda: 7
    )
    monkeypatch.setattr(service.models, "find", lambda version: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        service.answer(frame)
    service.buffer.close()
